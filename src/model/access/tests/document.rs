//! Policy documents: what is read, what is refused, and that nothing is lost.

use super::*;
use crate::model::access::document::{Effect, Policy};

fn fault(text: &str) -> String {
    Policy::of_bucket(text).unwrap_err().to_string()
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>
#[test]
fn a_document_comes_back_as_it_came() {
    let text = "{ \"Version\" : \"2012-10-17\",\n \"Id\":\"x\", \"Extra\": 1.50,\n  \"Statement\": {\"Sid\":\"\", \"Effect\":\"Deny\",
        \"Principal\":{\"AWS\":[\"*\"]}, \"Action\":[\"s3:*\"], \"Resource\":\"*\", \"Note\": null, \"Condition\":{} } }\n";
    let policy = Policy::of_bucket(text).unwrap();
    assert_eq!(policy.to_string(), text);
    assert_eq!((policy.id.as_deref(), policy.version.as_deref()), (Some("x"), Some("2012-10-17")));
    let statement = &policy.statements[0];
    assert_eq!((statement.number, statement.sid.as_deref(), statement.effect), (1, None, Effect::Deny));
    assert_eq!((statement.unknown.as_slice(), statement.lines), (["Note".to_owned()].as_slice(), (3, 4)));
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>: there are no other fields, so a
/// statement that has one is not judged.
#[test]
fn a_statement_with_an_unknown_field_is_not_judged() {
    let text =
        r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Conditon":{}}"#;
    let said = policy(text).finding("anonymous", "s3:GetObject");
    assert!(said.answer == Answer::Unknown && said.because.contains("Conditon"), "{said:?}");
    assert_eq!(policy(text).ask("anonymous", "s3:PutObject"), Answer::No, "it is about something else");
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>
#[test]
fn a_policy_without_a_version_is_an_old_one() {
    let policy = Policy::of_bucket(r#"{"Statement":[]}"#).unwrap();
    assert!(policy.version.is_none() && !policy.has_variables() && policy.statements.is_empty());
    assert!(fault(r#"{"Version":"2012-10-18","Statement":[]}"#).starts_with("line 1, column 12: Version 2012-10-18"));
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>: what is required, and what excludes
/// each other.
#[test]
fn what_is_wrong_is_told_with_line_and_column() {
    assert_eq!(fault("{}"), "line 1, column 1: Statement is missing");
    assert_eq!(fault("{\n\"Statement\": [\n  {}]}"), "line 3, column 3: Effect is missing");
    let with = |rest: &str| fault(&format!(r#"{{"Statement":{{"Effect":"Allow"{rest}}}}}"#));
    assert!(with("").contains("Principal is missing"));
    assert!(with(r#","Principal":"*""#).contains("Action is missing"));
    assert!(with(r#","Principal":"*","Action":"s3:*""#).contains("Resource is missing"));
    assert!(with(r#","Principal":"*","NotPrincipal":"*""#).contains("exclude each other"));
    assert!(with(r#","Principal":"everyone""#).contains("a principal is"));
    assert!(with(r#","Principal":{"Aws":"*"}"#).contains("Aws is no kind of principal"));
    assert!(with(r#","Principal":"*","Action":1,"Resource":"*""#).contains("expected a text"));
    assert!(with(r#","Principal":"*","Action":"s3:*","Resource":"*","Condition":[]"#).contains("expected an object"));
    assert!(fault(r#"{"Statement":{"Effect":"allow"}}"#).contains("Effect is Allow or Deny, not allow"));
    assert!(fault(r#"{"Statement":{"Effect":"Allow","Effect":"Deny"}}"#).contains("Effect stands twice"));
    assert!(fault("[]").contains("expected an object") && fault("{\"Statement\":").contains("this is not JSON"));
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>: not in identity policies.
#[test]
fn an_iam_policy_has_no_principal() {
    let text = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}"#;
    assert!(Policy::of_identity(text).unwrap_err().message.contains("no principal"));
    assert!(Policy::of_identity(&text.replace(r#""Principal":"*","#, "")).is_ok());
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>: one or many, everywhere.
#[test]
fn one_and_many_mean_the_same() {
    let one =
        policy(r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}"#);
    let many = policy(
        r#"{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::b/*"]}"#,
    );
    let of = |bench: &Bench| bench.layers.policy.known().unwrap().statements[0].clone();
    let (one, many) = (of(&one), of(&many));
    assert_eq!((one.principals, one.actions, one.resources), (many.principals, many.actions, many.resources));
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>: what a server sends may be anything.
#[test]
fn no_text_makes_the_reader_panic() {
    let text =
        statement("Allow", r#"{"AWS":["*","111122223333"],"Service":"ü"}"#, "s3:*", r#"{"Null":{"a:b":[true,1]}}"#);
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{text}]}}"#);
    assert!(Policy::of_bucket(&text).is_ok());
    for (at, c) in text.char_indices() {
        let (before, rest) = text.split_at(at);
        let after = rest.strip_prefix(c).unwrap();
        let _ = Policy::of_bucket(before);
        for instead in ["", "\"", "{", "]", "null", "é"] {
            let _ = Policy::of_bucket(&format!("{before}{instead}{after}"));
        }
    }
}
