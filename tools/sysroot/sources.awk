# SPDX-License-Identifier: Apache-2.0 OR MIT
# Reads apt source files of both formats and prints, for each (URI, suite) that offers binary packages of
# component main: URI, suite and keyring (a path, "inline:FILE:LINE" for a key in the file, or "-"), tabs
# between.

function emit(uris, suites, keyring,    u, s, i, j, nu, ns) {
  nu = split(uris, u, /[ \t]+/)
  ns = split(suites, s, /[ \t]+/)
  for (i = 1; i <= nu; i++)
    for (j = 1; j <= ns; j++)
      if (u[i] != "" && s[j] != "") print u[i] "\t" s[j] "\t" (keyring == "" ? "-" : keyring)
}

function word_in(word, list) { return (" " list " ") ~ (" " word " ") }

# One-line format: deb [options] URI suite component...
function one_line(line,    options, field, n, keyring) {
  sub(/#.*/, "", line)
  if (line !~ /^[ \t]*deb[ \t]/) return
  sub(/^[ \t]*deb[ \t]+/, "", line)
  options = ""
  if (match(line, /^\[[^]]*\]/)) {
    options = substr(line, 2, RLENGTH - 2)
    line = substr(line, RLENGTH + 1)
  }
  sub(/^[ \t]+/, "", line)
  n = split(line, field, /[ \t]+/)
  if (n < 3 || !word_in("main", substr(line, length(field[1] field[2]) + 2))) return
  keyring = ""
  if (match(options, /signed-by=[^ \t]+/)) keyring = substr(options, RSTART + 10, RLENGTH - 10)
  emit(field[1], field[2], keyring)
}

# deb822 format: a stanza of fields.
function end_stanza() {
  if (word_in("deb", value["types"]) && tolower(value["enabled"]) !~ /^(no|false|off|0)$/ &&
      word_in("main", value["components"]))
    emit(value["uris"], value["suites"], value["signed-by"])
  split("", value)
  name = ""
}

function deb822(line) {
  if (line ~ /^#/) return
  if (line ~ /^[ \t]*$/) { end_stanza(); return }
  if (line ~ /^[ \t]/) {
    if (name == "signed-by") {
      # A key in the file itself; inline_key() extracts it.
      if (value[name] == "") value[name] = "inline:" FILENAME ":" FNR
      return
    }
    sub(/^[ \t]+/, "", line)
    value[name] = value[name] " " line
    return
  }
  name = tolower(substr(line, 1, index(line, ":") - 1))
  line = substr(line, index(line, ":") + 1)
  gsub(/^[ \t]+|[ \t]+$/, "", line)
  value[name] = line
}

FNR == 1 { end_stanza() }
FILENAME ~ /\.sources$/ { deb822($0); next }
{ one_line($0) }
END { end_stanza() }
