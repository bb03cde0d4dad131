//! `access` of this caller: what it tried just now, and what IAM says of its own policies.

use serde_json::{Value, json};

use crate::serve::serve_all;
use crate::stage::{Said, Stage};

/// The answer to one question about one caller.
fn answer(said: &Said, who: &str, action: &str) -> Value {
    let value = said.json().remove(0);
    let answers = value.get("answers").and_then(Value::as_array).unwrap();
    let is_it = |answer: &&Value| answer["who"] == who && answer["action"] == action;
    answers.iter().find(is_it).cloned().unwrap_or(Value::Null)
}

#[test]
fn a_caller_whom_the_server_does_not_name_is_answered_by_what_it_tried() {
    let t = Stage::new();
    t.put("in/k", "x");
    let ask = |t: &Stage, more: &[&str]| t.run(&[&["access", "s3://stage/in/k", "--json"], more].concat());
    let said = ask(&t, &[]);
    assert_eq!(said.code, 0, "{said:?}");
    let below = "ListObjectsV2 below in/ was answered";
    for (action, request) in [("s3:GetObject", "HeadObject was answered"), ("s3:ListBucket", below)] {
        let answer = answer(&said, "this-caller", action);
        assert_eq!((&answer["answer"], &answer["layer"]), (&json!("yes"), &json!("trial")), "{answer}");
        assert!(answer["because"].as_str().unwrap().contains(request), "{answer}");
    }
    let listing = answer(&said, "this-caller", "s3:ListBucket");
    assert!(!listing["because"].as_str().unwrap().contains("HeadBucket"), "which is about the whole bucket: {listing}");
    let said = t.run(&["access", "s3://stage", "--json"]);
    let listing = answer(&said, "this-caller", "s3:ListBucket");
    let words = "HeadBucket was answered, ListObjectsV2 was answered";
    assert!(listing["because"].as_str().unwrap().contains(words), "{listing}");
    assert_eq!(answer(&said, "this-caller", "s3:PutObject"), Value::Null, "nothing is written to find out");
    let elsewhere = ask(&t, &["--context", "aws:SourceIp=203.0.113.9"]);
    assert_eq!(answer(&elsewhere, "this-caller", "s3:GetObject"), Value::Null, "nobody tried from there");
}

#[test]
fn a_refusal_is_a_no_where_nothing_else_is_known() {
    let t = Stage::new();
    t.put("k", "x");
    let partner = t.demo.partner();
    let said = t
        .command(&["access", "s3://stage/k", "--json"])
        .env("AWS_ACCESS_KEY_ID", partner.access_key())
        .env("AWS_SECRET_ACCESS_KEY", partner.secret_key())
        .spawn()
        .map(Said::of)
        .unwrap();
    let answer = answer(&said, "this-caller", "s3:GetObject");
    assert_eq!((&answer["answer"], &answer["layer"]), (&json!("no"), &json!("trial")), "{said:?}");
    assert!(answer["because"].as_str().unwrap().contains("HeadObject was refused"), "{answer}");
}

/// A server for STS and IAM, for which the caller is a session of a role with a path.
fn identity(simulation: &'static str) -> String {
    serve_all(move |_, body| {
        let is = |action: &str| body.contains(&format!("Action={action}&"));
        let ok = |document: &str| ("200 OK\r\ncontent-type: text/xml".to_owned(), document.to_owned());
        if is("GetCallerIdentity") {
            let caller = "<Arn>arn:aws:sts::444455556666:assumed-role/app/one</Arn><Account>444455556666</Account>";
            return ok(&format!(
                "<GetCallerIdentityResponse><GetCallerIdentityResult>{caller}</GetCallerIdentityResult></GetCallerIdentityResponse>"
            ));
        }
        if is("GetRole") {
            let role = "<Path>/x/</Path><RoleName>app</RoleName><RoleId>AROAEXAMPLE</RoleId>\
                <Arn>arn:aws:iam::444455556666:role/x/app</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>";
            return ok(&format!(
                "<GetRoleResponse><GetRoleResult><Role>{role}</Role></GetRoleResult></GetRoleResponse>"
            ));
        }
        let is_of_role = body.contains("PolicySourceArn=arn%3Aaws%3Aiam%3A%3A444455556666%3Arole%2Fx%2Fapp");
        if simulation.is_empty() || !is_of_role {
            let error = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
            return ("403 Forbidden\r\ncontent-type: text/xml".to_owned(), error.to_owned());
        }
        ok(&format!(
            "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults>{simulation}\
             </EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
        ))
    })
}

fn ask_as_session(simulation: &'static str) -> Said {
    let t = Stage::new();
    t.put("k", "x");
    let endpoint = identity(simulation);
    t.command(&["access", "s3://stage/k", "--json", "--owner", "444455556666"])
        .env("AWS_ENDPOINT_URL_STS", &endpoint)
        .env("AWS_ENDPOINT_URL_IAM", &endpoint)
        .spawn()
        .map(Said::of)
        .unwrap()
}

const SESSION: &str = "arn:aws:sts::444455556666:assumed-role/app/one";

#[test]
fn what_iam_says_of_the_callers_policies_stands_for_them() {
    let said = ask_as_session(
        "<member><EvalActionName>s3:PutObject</EvalActionName><EvalResourceName>arn:aws:s3:::stage/k</EvalResourceName>\
         <EvalDecision>explicitDeny</EvalDecision></member>\
         <member><EvalActionName>s3:PutObject</EvalActionName><EvalResourceName>arn:aws:s3:::stage</EvalResourceName>\
         <EvalDecision>allowed</EvalDecision></member>",
    );
    let answer = answer(&said, SESSION, "s3:PutObject");
    assert_eq!((&answer["answer"], &answer["layer"]), (&json!("no"), &json!("identity policy")), "{said:?}");
    assert!(answer["because"].as_str().unwrap().contains("iam:SimulatePrincipalPolicy"), "{answer}");
}

#[test]
fn that_iam_does_not_say_is_named_and_a_disagreement_is_told() {
    let said = ask_as_session("");
    assert!(said.err.contains("iam:SimulatePrincipalPolicy denied"), "{said:?}");
    let answer = answer(&said, SESSION, "s3:GetObject");
    let because = answer["because"].as_str().unwrap();
    assert!(answer["answer"] == "yes" && because.contains("HeadObject was answered"), "{answer}");
}
