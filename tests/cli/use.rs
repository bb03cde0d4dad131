//! Wrong use, and what is printed of the command line itself.

use crate::stage::Stage;

#[test]
fn wrong_use_ends_with_2_and_one_word_to_standard_error() {
    let t = Stage::new();
    t.write("f", "f");
    for args in [
        ["cp", "f"].as_slice(),
        &["cp", "f", "g"],
        &["cp", ".", "s3://stage/"],
        &["cp", "-r", "f", "s3://stage/"],
        &["cp", "s3://stage/", "."],
        &["cp", "f", "https://example.com/"],
        &["cp", "f", "s3://stage/", "--storage-class", "COLD"],
        &["cp", "f", "s3://stage/", "--metadata", "owner"],
        &["cp", "f", "s3://stage/", "--metadata", "a b=c"],
        &["cp", "f", "s3://stage/", "--metadata", "a=1", "--metadata", "A=2"],
        &["cp", "f", "s3://stage/", "--content-type", "text/\u{e9}"],
        &["cp", "f", "s3://stage/", "--tag", "aws:x=y"],
        &["cp", "f", "s3://stage/", "--acl", "public"],
        &["cp", "f", "s3://stage/", "--sse", "aes"],
        &["cp", "f", "s3://stage/", "--sse-kms-key-id", "key"],
        &["cp", "f", "s3://stage/", "--sse", "AES256", "--sse-kms-key-id", "key"],
        &["cp", "f", "s3://stage/", "--part-size", "1MiB"],
        &["cp", "f", "s3://stage/", "--concurrency", "0"],
        &["cp", "f", "s3://stage/", "--limit-rate", "10 MB"],
        &["cp", "s3://stage/f", ".", "--content-type", "text/plain"],
        &["cp", "s3://stage/f", "-", "--tag", "a=b"],
        &["cp", "-", "s3://stage/f", "--dry-run"],
        &["rb", "s3://stage", "--yes"],
        &["du", "s3://"],
        &["ls", "--recursive"],
        &["du"],
        &["ls", "--no-such-option"],
        &["mb", "s3://stage/key"],
        &[".", "ls"],
        &["man", "nothing"],
    ] {
        let said = t.run(args);
        assert!(said.code == 2 && said.out.is_empty() && !said.err.is_empty(), "{args:?}: {said:?}");
    }
}

#[test]
fn options_of_the_connection_stand_before_or_behind_the_command() {
    let t = Stage::new();
    let nobody = "http://127.0.0.1:1";
    for args in [["--endpoint-url", nobody, "ls"], ["ls", "--endpoint-url", nobody]] {
        let said = t.run(&args);
        assert!(said.code == 1 && said.err.contains("hint: check the network"), "{said:?}");
    }
    let said = t.run(&["ls", "--profile", "nobody"]);
    assert!(said.code == 1 && said.err.contains("the profile nobody"), "{said:?}");
}

#[test]
fn completions_and_manual_pages_name_every_command() {
    let t = Stage::new();
    for shell in ["bash", "zsh", "fish"] {
        let text = t.done(&["completions", shell]);
        assert!(text.contains("presign") && text.contains("no-overwrite"), "{shell}");
    }
    let page = t.done(&["man"]);
    assert!(page.contains(".TH bucketry 1") && page.contains("presign"), "{page}");
    let page = t.done(&["man", "cp"]);
    assert!(page.contains(".TH bucketry\\-cp 1") || page.contains(".TH bucketry-cp 1"), "{page}");
    assert!(page.contains("aws s3"), "where we differ is said: {page}");
}
