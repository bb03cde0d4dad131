//! All that is checked before a document is sent: the rules of its kind, and what they cannot know of, which is the
//! bucket that it is for, and whether every placeholder was filled in. And the same for a text, with the lines.

use serde_json::Value;

use super::look::problem;
use super::{DocumentKind, Problem, template};
use crate::model::access::document::Policy;
use crate::model::access::principal::Named;
use crate::model::json::{Fault, Node};

const PRINCIPAL_PAGE: &str = "IAM User Guide, AWS JSON policy elements: Principal";
const RESOURCE_PAGE: &str = "Amazon S3 User Guide, Bucket policies for Amazon S3";

/// Returns what stands in the way of writing a document to a bucket, unless it stands there already.
pub fn problems(kind: DocumentKind, document: &Value, standing: Option<&Value>, bucket: &str) -> Vec<Problem> {
    let mut found = kind.facts().problems(document, standing);
    if found.is_empty() && kind == DocumentKind::Policy {
        let taken = standing.map(|standing| of_bucket(standing, bucket)).unwrap_or_default();
        let is_new = |own: &Problem| !taken.iter().any(|old| old.message == own.message);
        found.extend(of_bucket(document, bucket).into_iter().filter(is_new));
    }
    placeholders(document, "", &mut found);
    found
}

/// Reads the text of a document; returns all that is wrong with it, with the lines, if anything is.
pub fn read(kind: DocumentKind, text: &str, standing: Option<&Value>, bucket: &str) -> Result<Value, Vec<Fault>> {
    let root = Node::parse(text).map_err(|fault| vec![fault])?;
    let value: Value = serde_json::from_str(text).map_err(|error| vec![root.fault(error.to_string())])?;
    let mut faults = Vec::new();
    twice(root, &mut faults);
    let document = kind.facts().bare(value);
    if faults.is_empty() {
        let place = |problem: Problem| find(root, &problem.path).fault(problem.to_string());
        faults.extend(problems(kind, &document, standing, bucket).into_iter().map(place));
        faults.sort_by_key(|fault| fault.place);
    }
    if faults.is_empty() { Ok(document) } else { Err(faults) }
}

/// Finds fields that stand twice in one object: only one of them would be sent. Only for a text that serde_json has read,
/// which goes no deeper than 128 levels.
fn twice(node: Node<'_>, faults: &mut Vec<Fault>) {
    let inner = if node.is_object() {
        node.fields().map(|fields| fields.into_iter().map(|(_, value)| value).collect())
    } else if node.is_list() {
        node.items()
    } else {
        return;
    };
    match inner {
        Ok(inner) => inner.into_iter().for_each(|node| twice(node, faults)),
        Err(fault) => faults.push(fault),
    }
}

/// Returns the value at a path, or what of it there is.
fn find<'a>(root: Node<'a>, path: &str) -> Node<'a> {
    let mut node = root;
    for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
        let next = match step.strip_suffix(']').map(str::parse::<usize>) {
            Some(Ok(index)) => node.items().ok().and_then(|items| items.get(index).copied()),
            Some(Err(_)) => None,
            None => node.field(step).ok().flatten(),
        };
        match next {
            Some(next) => node = next,
            None => break,
        }
    }
    node
}

/// Returns what a bucket does not take of a policy: what is about another one, and principals that cannot exist.
fn of_bucket(document: &Value, bucket: &str) -> Vec<Problem> {
    let policy = match Policy::of_bucket(&document.to_string()) {
        Ok(policy) => policy,
        Err(fault) => return vec![problem("", fault.message, PRINCIPAL_PAGE)],
    };
    let mut found = Vec::new();
    for statement in &policy.statements {
        let path = |field: &str, negated: bool| {
            format!("Statement[{}].{}{field}", statement.number - 1, if negated { "Not" } else { "" })
        };
        if !statement.resources.is_negated && !statement.resources.are_within(bucket) {
            let message =
                format!("it names what is not in this bucket: arn:aws:s3:::{bucket} and arn:aws:s3:::{bucket}/…");
            found.push(problem(path("Resource", false), message, RESOURCE_PAGE));
        }
        let principals = statement.principals.iter();
        for (named, negated) in principals.flat_map(|own| own.named.iter().map(|named| (named, own.is_negated))) {
            if let Named::Other(text) = named {
                let message = format!("{text} is no principal that can exist");
                found.push(problem(path("Principal", negated), message, PRINCIPAL_PAGE));
            }
        }
    }
    found
}

/// Finds placeholders that were not filled in.
fn placeholders(value: &Value, path: &str, found: &mut Vec<Problem>) {
    match value {
        Value::String(text) => {
            if let Some(name) = template::placeholder(text) {
                let message = format!("<{name}> is still to be filled in");
                found.push(problem(path, message, "a template of this program"));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                placeholders(item, &format!("{path}[{index}]"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let dot = if path.is_empty() { "" } else { "." };
                placeholders(field, &format!("{path}{dot}{name}"), found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(kind: DocumentKind, text: &str) -> Vec<(usize, String)> {
        let faults = read(kind, text, None, "photos").unwrap_err();
        faults.into_iter().map(|fault| (fault.place.line, fault.message)).collect()
    }

    #[test]
    fn every_problem_has_its_line() {
        let text = "{\n  \"CORSRules\": [\n    {\n      \"AllowedOrigins\": [\"*\"],\n      \"AllowedMethods\": [\n        \
                    \"GET\",\n        \"PATCH\"\n      ]\n    },\n    {\n      \"AllowedMethods\": [\"GET\"]\n    }\n  ]\n}";
        let found = told(DocumentKind::Cors, text);
        assert_eq!((found[0].0, found[1].0, found.len()), (7, 10, 2), "{found:?}");
        assert!(found[0].1.starts_with("CORSRules[0].AllowedMethods[1]: it must be one of"), "{found:?}");
        assert!(found[1].1.contains("AllowedOrigins is missing"), "{found:?}");
        let found = told(DocumentKind::Cors, "{\n  \"CORSRules\": [,]\n}");
        assert!(found[0].0 == 2 && found[0].1.contains("not JSON"), "{found:?}");
    }

    #[test]
    fn a_field_that_stands_twice_is_found_however_deep() {
        let text =
            "{\"CORSRules\": [{\"AllowedOrigins\": [\"*\"],\n\"AllowedMethods\": [],\n\"AllowedMethods\": [\"GET\"]}]}";
        assert_eq!(told(DocumentKind::Cors, text), [(3, "AllowedMethods stands twice".to_owned())]);
        assert!(read(DocumentKind::Cors, &format!("{}1{}", "[".repeat(9999), "]".repeat(9999)), None, "b").is_err());
    }

    #[test]
    fn a_policy_is_about_its_own_bucket_and_about_principals_that_can_exist() {
        let policy = |principal: &Value, resource: &str| {
            let statement =
                json!({ "Effect": "Allow", "Principal": principal, "Action": "s3:*", "Resource": resource });
            json!({ "Version": "2012-10-17", "Statement": [statement] })
        };
        let found = |document: &Value, standing: Option<&Value>| {
            problems(DocumentKind::Policy, document, standing, "photos")
                .into_iter()
                .map(|own| own.path)
                .collect::<Vec<_>>()
        };
        let fine = policy(&json!({ "AWS": "123456789012" }), "arn:aws:s3:::photos/*");
        assert!(found(&fine, None).is_empty());
        let other = policy(&json!("*"), "arn:aws:s3:::photos-old/*");
        assert_eq!(found(&other, None), ["Statement[0].Resource"]);
        assert!(found(&other, Some(&other)).is_empty(), "the server has taken it");
        for name in
            ["1234", "arn:aws:iam::123456789012:group/ops", "arn:aws:iam::123456789012:user/*", "me@example.com"]
        {
            let odd = policy(&json!({ "AWS": name }), "arn:aws:s3:::photos");
            assert_eq!(found(&odd, None), ["Statement[0].Principal"], "{name}");
        }
    }

    #[test]
    fn a_placeholder_is_refused_where_it_stands() {
        let rule = json!({ "AllowedOrigins": ["https://a.example", "<SITE>"], "AllowedMethods": ["GET"] });
        let found = problems(DocumentKind::Cors, &json!({ "CORSRules": [rule] }), None, "b");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, "CORSRules[0].AllowedOrigins[1]");
    }
}
