//! A bucket of names that have broken other programs.

use super::{Builder, HOME_REGION};
use crate::demo::account::Account;
use crate::demo::store::State;

/// Names that are short enough to write out.
const NAMES: &[&str] = &[
    "../../x",
    "../up.txt",
    "./here.txt",
    "/leading",
    "//x",
    "C:\\x",
    "CASE/Readme.TXT",
    "CASE/readme.txt",
    "a%2Fb/c",
    "a//b",
    "a/../../b",
    "a/b",
    "back\\slash\\name.txt",
    "bell\u{7}.txt",
    "c1\u{9b}31m.txt",
    "carriage\rreturn.txt",
    "combining e\u{301}\u{302}\u{303}.txt",
    "composed \u{e9}.txt",
    "del\u{7f}.txt",
    "dir",
    "dir/",
    "dir/inside.txt",
    "emoji \u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}.txt",
    "esc\u{1b}[2J\u{1b}[31mred.txt",
    "file/",
    "file/.",
    "new\nline.txt",
    "nothing but spaces/   ",
    "null byte\u{0}name.txt",
    "osc\u{1b}]0;title\u{7}.txt",
    "override \u{202e}gnp.exe",
    "plus+and space.txt",
    "plus and+space.txt",
    "question?mark#hash&amp;.txt",
    "quote\"and'apostrophe<tag>.txt",
    "tab\tname.txt",
    "trailing slash/",
    "trailing space ",
    "unsafe\u{fffe}\u{ffff}.txt",
    "wide \u{65e5}\u{672c}\u{8a9e} \u{ff21}.txt",
    "zero\u{200b}width\u{feff}.txt",
    "~",
    "-rf",
    "*",
    "100%",
    "100%25.txt",
];

/// Fills in the bucket `acme-odd-names`.
pub(super) fn fill(state: &mut State) {
    let mut to = Builder::new(state, "acme-odd-names", HOME_REGION, Account::Acme);
    for name in names() {
        let text = if name.ends_with('/') { String::new() } else { format!("The key is {name:?}\n") };
        to.file(&name, text);
    }
    to.done();
}

/// Returns all names, the long ones too.
pub(super) fn names() -> Vec<String> {
    let mut names: Vec<_> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    names.push("k".repeat(1024));
    names.push(format!("long part/{}.txt", "p".repeat(296)));
    names.push("deep/".repeat(100) + "leaf.txt");
    names
}
