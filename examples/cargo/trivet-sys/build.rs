// SPDX-License-Identifier: Apache-2.0 OR MIT
//! TRIVET: the folder that the tarball of `bazel build //:dist` was unpacked to.

fn main() {
    println!("cargo:rerun-if-env-changed=TRIVET");
    let folder = std::env::var("TRIVET").expect("TRIVET names no folder: unpack trivet-VERSION-aarch64.tar.gz");
    println!("cargo:rustc-link-search=native={}/lib", folder);
}
