//! The permissions screen: an object is made public and private again, and both are proved.

use crate::stage::Stage;

#[test]
fn an_object_is_made_public_and_private_again() {
    let stage = Stage::empty();
    stage.put("k.txt", b"x");
    let mut t = stage.open();
    t.keys("<Tab>P").wait("Not public: ");
    t.keys("m").wait("Show the difference");
    t.keys("<Enter>").wait("! Everyone on the internet may read s3://stage/k.txt then");
    t.keys("<Tab><Enter>").wait("Is that what you want?");
    assert_eq!(stage.demo.count("PutBucketPolicy"), 0, "nothing happens before it was agreed to twice");
    t.keys("<Tab><Enter>").wait("Proved by reading all of it again");
    t.wait("Public: anyone may read");
    t.wait("Test as anonymous: HEAD 200");
    t.keys("M").wait("Show the difference");
    t.keys("<Enter>").wait("To take what opens it out of the bucket policy");
    t.keys("<Tab><Enter>").wait("Made private: written and read back, and proved");
    t.wait("Test as anonymous: HEAD 403");
    t.wait("Not public: ");
    assert_eq!((stage.demo.count("PutBucketPolicy"), stage.demo.count("DeleteBucketPolicy")), (1, 1));
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}
