// SPDX-License-Identifier: Apache-2.0 OR MIT
// No tests: an error, not a success.
