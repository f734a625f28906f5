// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

namespace trivet::bench::report {

/// Light or dark by the reader's system setting; on paper always light, no chart across two pages.
/// Colours differ for readers with red-green blindness, too.
inline constexpr char kPageStyle[] = R"css(
:root { color-scheme: light dark; --back: #fff; --text: #1b1f24; --dim: #57606a; --grid: #d8dee4;
  --el2: #0969da; --simulator: #8250df; --limit: #6e7781; --baseline: #bf8700; --worse: #bc4c00;
  --better: #0a7f8c; --c0: #0969da; --c1: #bc4c00; --c2: #0a7f8c; --c3: #8250df; --c4: #9a6700; --c5: #bf3989; }
@media screen and (prefers-color-scheme: dark) {
  :root { --back: #0d1117; --text: #e6edf3; --dim: #9198a1; --grid: #30363d; --el2: #4493f8;
    --simulator: #ab7df8; --limit: #8d96a0; --baseline: #d29922; --worse: #f0883e; --better: #39c5cf;
    --c0: #4493f8; --c1: #f0883e; --c2: #39c5cf; --c3: #ab7df8; --c4: #d29922; --c5: #f778ba; } }
body { background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif;
  max-width: 900px; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.6em; } h2 { font-size: 1.25em; margin-top: 2em; }
p, figcaption { max-width: 46em; } .dim { color: var(--dim); }
figure { margin: 1.5em 0; } figcaption { font-weight: 600; margin-bottom: .3em; }
svg { width: 100%; height: auto; display: block; }
svg text { fill: var(--text); font: 12px ui-monospace, "DejaVu Sans Mono", monospace; }
svg .label { paint-order: stroke; stroke: var(--back); stroke-width: 3px; }
svg .tick { fill: var(--dim); } svg .axis { fill: var(--dim); font-family: system-ui, sans-serif; }
svg .grid { stroke: var(--grid); } svg .zero { stroke: var(--dim); }
svg .reference { stroke: var(--text); stroke-dasharray: 4 3; }
svg .whisker { stroke: var(--dim); } svg .median { stroke: var(--text); stroke-width: 2; }
svg .el2 { fill: var(--el2); } svg .simulator { fill: var(--simulator); }
svg .limit { fill: var(--limit); } svg .baseline { fill: var(--baseline); }
svg .worse { fill: var(--worse); } svg .better { fill: var(--better); }
svg .series { fill: none; stroke-width: 2; }
svg .fill-0 { fill: var(--c0); } svg .fill-1 { fill: var(--c1); } svg .fill-2 { fill: var(--c2); }
svg .fill-3 { fill: var(--c3); } svg .fill-4 { fill: var(--c4); } svg .fill-5 { fill: var(--c5); }
svg .stroke-0 { stroke: var(--c0); } svg .stroke-1 { stroke: var(--c1); } svg .stroke-2 { stroke: var(--c2); }
svg .stroke-3 { stroke: var(--c3); } svg .stroke-4 { stroke: var(--c4); } svg .stroke-5 { stroke: var(--c5); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 12px; }
th { vertical-align: bottom; }
td { white-space: nowrap; } td.note { white-space: normal; }
th, td { padding: 2px 8px 2px 0; text-align: right; border-bottom: 1px solid var(--grid); }
th:first-child, td:first-child, td.note { text-align: left; }
td { font-family: ui-monospace, "DejaVu Sans Mono", monospace; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } figure { break-inside: avoid; }
  h2, section > p { break-after: avoid; } table { font-size: 6pt; } td { white-space: normal; } .scroll { overflow: visible; } svg { max-width: 17cm !important; } }
)css";

}  // namespace trivet::bench::report
