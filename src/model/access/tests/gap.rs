//! What holds for every combination of layers: a gap is never filled by a guess, and a Deny never opens anything.

use super::*;

const CALLERS: [&str; 6] = ["anonymous", "any-aws-user", OWNER, ALICE, BOB, "service:cloudfront.amazonaws.com"];
const ACTIONS: [&str; 4] = ["s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"];

/// Some of everything, put together in every way.
fn benches() -> Vec<Bench> {
    let policies = [
        None,
        Some(allow("\"*\"", "s3:*")),
        Some(format!("{},{}", allow(&aws(OTHER), "s3:*"), deny("\"*\"", "s3:PutObject"))),
        Some(allow_if(r#"{"StringEquals":{"s3:ExistingObjectTag/a":"b"}}"#)),
    ];
    let acls: [&[(&str, &str)]; 2] = [&[], &[(ALL_USERS, "FULL_CONTROL")]];
    let mut benches = Vec::new();
    for policy in &policies {
        for acl in acls {
            for owner in [OWNER_ID, THIRD_ID] {
                for ownership in ["ObjectWriter", "BucketOwnerEnforced"] {
                    for (restricts, ignores) in [(false, false), (true, false), (false, true)] {
                        let mut bench = bench().ownership(ownership).bucket_acl(acl).object_acl(owner, acl);
                        if let Some(policy) = policy {
                            bench = bench.policy(policy);
                        }
                        benches.push(bench.block(|block| {
                            (block.restrict_public_buckets, block.ignore_public_acls) = (restricts, ignores);
                        }));
                    }
                }
            }
        }
    }
    benches
}

fn unread<T>() -> Fact<T> {
    Fact::Unread("denied".to_owned())
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>: every layer can decide, so
/// whatever is still certain without one of them is what it is with it.
#[test]
fn what_is_certain_without_a_layer_is_what_it_is_with_it() {
    let gaps: [fn(&mut Layers); 8] = [
        |layers| layers.policy = unread(),
        |layers| layers.bucket_acl = unread(),
        |layers| layers.object_acl = unread(),
        |layers| layers.ownership = unread(),
        |layers| layers.bucket_block = unread(),
        |layers| layers.account_block = unread(),
        |layers| layers.tags = unread(),
        |layers| layers.kept = unread(),
    ];
    let mut doubts = 0;
    for whole in benches() {
        for who in CALLERS {
            for action in ACTIONS {
                let answer = whole.ask(who, action);
                for gap in gaps {
                    let mut layers = whole.layers.clone();
                    gap(&mut layers);
                    let bench = Bench { layers, given: whole.given.clone(), place: whole.place.clone() };
                    let found = bench.ask(who, action);
                    if found == answer {
                        continue;
                    }
                    doubts += 1;
                    assert_eq!(found, Answer::Unknown, "{who} {action} was {answer:?}: {:?}", bench.layers);
                }
            }
        }
    }
    assert!(doubts > 1_000, "only {doubts} gaps changed an answer");
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>: an explicit Deny.
#[test]
fn a_deny_never_opens_anything() {
    let openness = |answer| match answer {
        Answer::No => 0,
        Answer::Depends | Answer::Unknown => 1,
        Answer::Yes => 2,
    };
    for before in benches() {
        let Some(old) = before.layers.policy.known().map(|policy| policy.text().to_owned()) else { continue };
        let more = old.replacen('[', &format!("[{},", deny(&aws(OTHER), "s3:Get*")), 1);
        let mut layers = before.layers.clone();
        layers.policy = Fact::Known(reader::policy(&more).unwrap().into());
        let after = Bench { layers, given: before.given.clone(), place: before.place.clone() };
        for who in CALLERS {
            for action in ACTIONS {
                let (before, after) = (before.ask(who, action), after.ask(who, action));
                assert!(openness(after) <= openness(before), "{who} {action}: {before:?} became {after:?}");
                assert!(who == BOB || before == after, "{who} is not of that account");
            }
        }
    }
}
