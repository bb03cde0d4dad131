//! Another evaluation of the same policies: whatever is drawn, both must say the same.
//!
//! It knows signed callers of one name each and two answers, so that this asks about a user of the owner's account, whose
//! own policy and the bucket's decide together, and leaves no condition key open.

use iam_rs::{Arn, Context, ContextValue, Decision, IAMPolicy, IAMRequest, PolicyEvaluator, Principal, PrincipalId};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use super::*;

/// Keys of one value with what a request may say of each and what a policy may want.
const KEYS: &[(&str, &[&str], &[&str])] = &[
    ("aws:Referer", &["a", "https://acme.example/x", "A"], &["a", "https://acme.example/*", "?", "*"]),
    ("aws:UserAgent", &["a", "curl/8"], &["curl/*", "a", "b"]),
    ("s3:x-amz-acl", &["private", "public-read"], &["private", "public-*", "Private"]),
];

const WORDS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "StringEqualsIfExists",
    "StringNotEqualsIfExists",
    "StringLikeIfExists",
    "StringNotLikeIfExists",
];

const NUMBERS: &[&str] = &[
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "NumericLessThanIfExists",
];

const ADDRESSES: &[&str] = &["IpAddress", "NotIpAddress", "IpAddressIfExists", "NotIpAddressIfExists"];

const ACTIONS: &[&str] =
    &["s3:GetObject", "s3:getobject", "s3:Get*", "s3:*", "*", "s3:Put*", "s3:?etObject", "s3:ListBucket", "ec2:*"];

const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::b/k",
    "arn:aws:s3:::b/in/*",
    "arn:aws:s3:::b/in/?",
    "arn:aws:s3:::b/*k",
    "arn:aws:s3:::other/*",
    "arn:aws:s3:::b/${aws:username}/*",
];

/// What a request says: a value for some of the keys.
type Said = Vec<(&'static str, &'static str)>;

fn said() -> impl Strategy<Value = Said> {
    let word = |(name, says, _): &(&'static str, &'static [&'static str], _)| {
        let (name, says) = (*name, *says);
        proptest::option::of(select(says)).prop_map(move |value| value.map(|value| (name, value)))
    };
    let words = KEYS.iter().map(word).collect::<Vec<_>>();
    let number = proptest::option::of(select(&["0", "9", "10", "11"][..]).prop_map(|value| ("s3:max-keys", value)));
    let address =
        proptest::option::of(select(&["203.0.113.9", "10.1.2.3"][..]).prop_map(|value| ("aws:SourceIp", value)));
    (words, number, address)
        .prop_map(|(words, number, address)| words.into_iter().chain([number, address]).flatten().collect())
}

fn wanted() -> impl Strategy<Value = (&'static str, &'static str, Value)> {
    let words = (select(WORDS), select(KEYS))
        .prop_flat_map(|(operator, (name, _, wants))| (Just(operator), Just(name), subsequence(wants.to_vec(), 1..=2)))
        .prop_map(|(operator, name, wants)| (operator, name, json!(wants)));
    let numbers = (select(NUMBERS), select(&["9", "10"][..]))
        .prop_map(|(operator, wants)| (operator, "s3:max-keys", json!(wants)));
    let addresses = (select(ADDRESSES), subsequence(vec!["203.0.113.0/24", "10.0.0.0/8", "10.1.2.3"], 1..=2))
        .prop_map(|(operator, wants)| (operator, "aws:SourceIp", json!(wants)));
    let names = vec!["aws:Referer", "s3:max-keys", "aws:SourceIp"];
    let presence = (select(names), select(&["true", "false"][..])).prop_map(|(name, is)| ("Null", name, json!(is)));
    prop_oneof![4 => words, 2 => numbers, 2 => addresses, 1 => presence]
}

fn condition() -> impl Strategy<Value = Value> {
    proptest::collection::vec(wanted(), 0..=2).prop_map(|wanted| {
        let mut block: Map<String, Value> = Map::new();
        for (operator, name, wants) in wanted {
            let keys = block.entry(operator).or_insert_with(|| json!({}));
            keys[name] = wants;
        }
        Value::Object(block)
    })
}

fn drawn() -> impl Strategy<Value = Map<String, Value>> {
    (
        select(&["Allow", "Allow", "Deny"][..]),
        prop_oneof![4 => Just("Action"), 1 => Just("NotAction")],
        subsequence(ACTIONS.to_vec(), 1..=2),
        prop_oneof![4 => Just("Resource"), 1 => Just("NotResource")],
        subsequence(RESOURCES.to_vec(), 1..=2),
        condition(),
    )
        .prop_map(|(effect, action, actions, resource, resources, condition)| {
            let mut statement = Map::new();
            statement.insert("Effect".to_owned(), json!(effect));
            statement.insert(action.to_owned(), json!(actions));
            statement.insert(resource.to_owned(), json!(resources));
            if condition.as_object().is_some_and(|block| !block.is_empty()) {
                statement.insert("Condition".to_owned(), condition);
            }
            statement
        })
}

fn of_identity() -> impl Strategy<Value = Value> {
    proptest::collection::vec(drawn(), 1..=3).prop_map(|statements| json!(statements))
}

fn of_bucket() -> impl Strategy<Value = Value> {
    let named = (drawn(), select(&[ALICE, BOB][..])).prop_map(|(mut statement, who)| {
        statement.insert("Principal".to_owned(), json!({ "AWS": who }));
        statement
    });
    proptest::collection::vec(named, 1..=2).prop_map(|statements| json!(statements))
}

fn oracle(identity: &Value, bucket: &Value, said: &Said, action: &str, key: Option<&str>) -> bool {
    let policy = |statements: &Value| {
        IAMPolicy::from_json(&json!({ "Version": "2012-10-17", "Statement": statements }).to_string()).unwrap()
    };
    let mut context = Context::new().with_string("aws:username", "alice");
    for (name, value) in said {
        let value = match *name {
            "s3:max-keys" => ContextValue::Number(value.parse().unwrap()),
            _ => ContextValue::String((*value).to_owned()),
        };
        context.insert((*name).to_owned(), value);
    }
    let resource = key.map_or_else(|| "arn:aws:s3:::b".to_owned(), |key| format!("arn:aws:s3:::b/{key}"));
    let who = Principal::Aws(PrincipalId::String(ALICE.to_owned()));
    let request = IAMRequest::new_with_context(who, action, Arn::parse(&resource).unwrap(), context);
    let evaluator = PolicyEvaluator::with_policies(vec![policy(identity), policy(bucket)]);
    evaluator.evaluate(&request).unwrap().decision == Decision::Allow
}

fn ours(identity: &Value, bucket: &Value, said: &Said, action: &str, key: Option<&str>) -> Answer {
    let list = |statements: &Value| statements.to_string().trim_matches(['[', ']']).to_owned();
    let mut bench = policy(&list(bucket)).identity(&list(identity)).ownership("BucketOwnerEnforced");
    for (name, value) in said {
        bench = bench.key(name, value);
    }
    bench.place.key = key.map(str::to_owned);
    bench.ask(ALICE, action)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html>
    #[test]
    fn another_evaluation_says_the_same_of_a_user_of_the_owners_account(
        identity in of_identity(),
        bucket in of_bucket(),
        said in said(),
        (action, key) in select(vec![
            ("s3:GetObject", Some("k")), ("s3:GetObject", Some("in/k")), ("s3:GetObject", Some("alice/k")),
            ("s3:PutObject", Some("in/k")), ("s3:ListBucket", None),
        ]),
    ) {
        let expected = if oracle(&identity, &bucket, &said, action, key) { Answer::Yes } else { Answer::No };
        let answer = ours(&identity, &bucket, &said, action, key);
        prop_assert_eq!(answer, expected, "{} on {:?} with {:?}", action, key, said);
    }
}
