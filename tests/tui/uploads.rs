//! Unfinished uploads on the screen: seen, asked about, aborted.

use crate::stage::Stage;

#[test]
fn unfinished_uploads_are_seen_with_their_size_and_aborted_after_a_question() {
    let stage = Stage::empty();
    stage.put("docs/readme.txt", b"here");
    stage.begin_upload("docs/film.mov", &[3000, 1000]);
    stage.begin_upload("docs/tape.tar", &[]);
    stage.begin_upload("other/left-alone", &[10]);
    let mut t = stage.open();
    t.keys("<Tab>U").wait("Unfinished uploads of s3://stage/docs/");
    t.wait("2 uploads, 3.9 KiB");
    t.keys("o").wait("Older than");
    t.keys("<C-u>9d<Enter>").wait("none that is free is older than 9d 0h");
    t.keys("%").wait("2 marked, 3.9 KiB");
    t.keys("d").wait("gone for good");
    assert_eq!(stage.demo.count("AbortMultipartUpload"), 0, "nothing happens before it was agreed to");
    t.keys("<Tab><Enter>").wait("aborted 2 uploads");
    t.wait("nothing was begun that is not finished");
    assert_eq!((stage.demo.open_uploads(), stage.keys()), (1, vec!["docs/readme.txt".to_owned()]));
    t.keys("U").gone("Unfinished uploads of");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}
