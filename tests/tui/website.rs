//! A website published on the screen: the plan is shown and asked for twice, and its end says what a visit met.

use crate::stage::Stage;

#[test]
fn a_folder_is_published_and_the_visit_is_told() {
    let stage = Stage::empty();
    stage.write("index.html", b"<h1>Acme</h1>");
    stage.write("404.html", b"nothing here");
    stage.write(".env", b"secret");
    stage.put("old.html", b"old");
    let mut t = stage.open();
    let screen = t.keys("w").wait("Publish a website");
    assert!(screen.contains("404.html") && screen.contains("s3://stage/"), "{screen}");
    let screen = t.keys("<Enter>").wait("2 new, 0 changed");
    assert!(screen.contains("1 other object already there: old.html"), "{screen}");
    t.keys("<Left><Enter>").wait("Is that what you want?");
    assert_eq!(
        (stage.keys().len(), stage.demo.count("PutBucketPolicy")),
        (1, 0),
        "nothing happens before it was agreed to"
    );
    t.keys("<Right><Enter>").wait("visited without a signature: 200, text/html");
    // It comes by itself, and takes no keys before it can have been seen.
    let screen = t.wait("[>Close<]");
    assert!(screen.contains(&format!("{}/stage/index.html", stage.demo.endpoint())), "{screen}");
    assert_eq!(stage.keys(), ["404.html", "index.html", "old.html"]);
    t.keys("<Enter>").gone("Copy address");
    t.keys("q");
    assert_eq!(t.exit_code(), 0);
}
