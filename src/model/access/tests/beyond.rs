//! What stands in the way beside policies and ACLs: encryption, archives, who pays.

use super::Answer::{Depends, No, Yes};
use super::*;
use crate::model::access::finding::Layer;

fn open() -> Bench {
    policy(&allow("\"*\"", "s3:*")).trusted()
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html>: requests for KMS must be signed.
#[test]
fn what_kms_encrypted_is_closed_to_unsigned_callers_even_if_public() {
    for algorithm in ["aws:kms", "aws:kms:dsse"] {
        let bench =
            open().head(&format!(r#"{{"ServerSideEncryption":"{algorithm}","SSEKMSKeyId":"arn:aws:kms:x:1:key/2"}}"#));
        assert_eq!(bench.read("anonymous"), No, "{algorithm}");
        assert_eq!(bench.finding("anonymous", "s3:GetObject").layer, Layer::Encryption);
        for who in ["any-aws-user", OTHER, ALICE, OWNER, "service:cloudfront.amazonaws.com"] {
            assert_eq!(bench.read(who), Depends, "{who}: the key's policy decides");
        }
        assert_eq!(bench.ask("anonymous", "s3:GetObjectTagging"), Yes, "no bytes are read");
        assert_eq!(bench.ask("anonymous", "s3:DeleteObject"), Yes);
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingServerSideEncryption.html>
#[test]
fn what_s3_encrypted_itself_is_open_to_whom_it_is_open() {
    assert_eq!(open().head(r#"{"ServerSideEncryption":"AES256"}"#).read("anonymous"), Yes);
    let bench = bench().head(r#"{"ServerSideEncryption":"aws:kms"}"#);
    assert_eq!(bench.read(BOB), No, "a key opens nothing that no layer allows");
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html>
#[test]
fn a_key_of_the_customer_must_be_sent() {
    let bench = open().head(r#"{"SSECustomerAlgorithm":"AES256"}"#);
    assert_eq!((bench.read(OWNER), bench.read("anonymous")), (Depends, Depends));
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html>: "You must authenticate all requests".
#[test]
fn a_requester_pays_bucket_refuses_unsigned_callers() {
    let mut bench = open();
    bench.layers.requester_pays = Fact::Known(true);
    for action in ["s3:GetObject", "s3:ListBucket", "s3:PutObject"] {
        assert_eq!(bench.ask("anonymous", action), No, "{action}");
    }
    assert_eq!(bench.finding("anonymous", "s3:GetObject").layer, Layer::RequestPayment);
    assert_eq!((bench.read(OWNER), bench.read(ALICE)), (Yes, Yes));
    assert_eq!((bench.read(BOB), bench.read("any-aws-user")), (Depends, Depends), "it must say that it pays");
    bench.given.pays = true;
    assert_eq!((bench.read(BOB), bench.read("anonymous")), (Yes, No));
    bench.layers.requester_pays = Fact::Known(false);
    assert_eq!(bench.read("anonymous"), Yes);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html>
#[test]
fn an_archived_object_is_read_after_it_was_restored() {
    for class in ["GLACIER", "DEEP_ARCHIVE"] {
        let bench = open().head(&format!(r#"{{"StorageClass":"{class}"}}"#));
        assert_eq!((bench.read("anonymous"), bench.read(OWNER)), (Depends, Depends), "{class}");
        assert_eq!(bench.finding("anonymous", "s3:GetObject").layer, Layer::Storage);
        let asked = format!(r#"{{"StorageClass":"{class}","Restore":"ongoing-request=\"true\""}}"#);
        assert_eq!(open().head(&asked).read("anonymous"), Depends);
        let restored = asked.replace("true", "false");
        assert_eq!(open().head(&restored).read("anonymous"), Yes);
    }
    for class in ["GLACIER_IR", "STANDARD_IA"] {
        assert_eq!(open().head(&format!(r#"{{"StorageClass":"{class}"}}"#)).read("anonymous"), Yes, "{class}");
    }
    let tiered = open().head(r#"{"StorageClass":"INTELLIGENT_TIERING","ArchiveStatus":"DEEP_ARCHIVE_ACCESS"}"#);
    assert_eq!(tiered.read("anonymous"), Depends);
    assert_eq!(bench().head(r#"{"StorageClass":"GLACIER"}"#).read("anonymous"), No);
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html>: all conditions are told.
#[test]
fn several_conditions_are_all_told() {
    let bench = policy(&allow(&aws(OTHER), "s3:GetObject"))
        .head(r#"{"ServerSideEncryption":"aws:kms","StorageClass":"GLACIER"}"#);
    let said = bench.finding(OTHER, "s3:GetObject").because;
    assert!(said.contains("statement 1") && said.contains("IAM policies") && said.contains("KMS key"), "{said}");
    assert!(said.contains("archived"), "{said}");
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html>: what is archived still tells of itself.
#[test]
fn the_attributes_of_an_archived_object_need_no_restore() {
    let bench = policy(&allow("\"*\"", "s3:*")).head(r#"{"StorageClass":"GLACIER"}"#);
    assert_eq!(bench.ask("anonymous", "s3:GetObjectAttributes"), Answer::Yes);
    assert_eq!(bench.read("anonymous"), Answer::Depends);
}
