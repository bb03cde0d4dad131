//! The access control list of the bucket.

use serde_json::Value;

use super::look::{items, problem, text};
use super::shape::{Field, Form, GRANTEE, group, text as text_field, word, wrapped};
use super::{Document, Layout, Problem, Removal};

const PAGE: &str = "Amazon S3 User Guide, Access control list (ACL) overview";

const GRANT: &[Field] = &[
    group("Grantee", GRANTEE).required(),
    word("Permission", &["FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"]).required(),
];

/// The ACL.
pub(super) const DOCUMENT: Document = Document {
    name: "acl",
    title: "ACL",
    query: "acl",
    root: "AccessControlPolicy",
    wrapper: None,
    layout: Layout::Xml,
    fields: &[
        group("Owner", &[text_field("ID"), text_field("DisplayName")]).required(),
        wrapped("Grants", "Grant", &Form::Group(GRANT)).as_element("AccessControlList").required(),
    ],
    headers: &[],
    read: "s3:GetBucketAcl",
    write: "s3:PutBucketAcl",
    removal: Removal::Never,
    unset: "nobody is granted anything",
    page: PAGE,
    summary,
    rules,
};

fn summary(document: &Value) -> Vec<String> {
    let owner = document.get("Owner").and_then(|owner| text(owner, "ID"));
    items(document, "Grants").iter().map(|grant| sentence(grant, owner)).collect()
}

fn sentence(grant: &Value, owner: Option<&str>) -> String {
    let grantee = grant.get("Grantee").unwrap_or(&Value::Null);
    let id = text(grantee, "ID");
    let who = match text(grantee, "URI").and_then(|uri| uri.rsplit('/').next()) {
        Some("AllUsers") => "everyone".to_owned(),
        Some("AuthenticatedUsers") => "every AWS user of any account".to_owned(),
        Some("LogDelivery") => "the delivery of server access logs".to_owned(),
        Some(other) => format!("the group {other}"),
        None if id.is_some() && id == owner => "the owner".to_owned(),
        None => text(grantee, "DisplayName")
            .filter(|name| !name.is_empty())
            .or(id)
            .or(text(grantee, "EmailAddress"))
            .unwrap_or("somebody")
            .to_owned(),
    };
    let what = match text(grant, "Permission").unwrap_or_default() {
        "FULL_CONTROL" => "list, write, and read and change the ACL",
        "READ" => "list the bucket",
        "WRITE" => "write objects",
        "READ_ACP" => "read the ACL",
        "WRITE_ACP" => "change the ACL, and so do all",
        other => other,
    };
    format!("{who} may {what}")
}

fn rules(document: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    let grants = items(document, "Grants");
    if grants.len() > 100 {
        found.push(problem("Grants", "there may be 100 grants at most", PAGE));
    }
    for (index, grant) in grants.iter().enumerate() {
        let grantee = grant.get("Grantee").unwrap_or(&Value::Null);
        let needed = match text(grantee, "Type") {
            Some("CanonicalUser") => "ID",
            Some("Group") => "URI",
            Some("AmazonCustomerByEmail") => "EmailAddress",
            _ => continue,
        };
        if grantee.get(needed).is_none() {
            found.push(problem(format!("Grants[{index}].Grantee"), format!("{needed} is missing"), PAGE));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn grants_are_said_in_words() {
        let all = json!({ "Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers" });
        let acl = json!({
            "Owner": { "ID": "1" },
            "Grants": [
                { "Grantee": { "Type": "CanonicalUser", "ID": "1" }, "Permission": "FULL_CONTROL" },
                { "Grantee": all, "Permission": "READ" },
            ]
        });
        assert_eq!(
            summary(&acl),
            ["the owner may list, write, and read and change the ACL", "everyone may list the bucket"]
        );
        assert!(DOCUMENT.problems(&acl, None).is_empty());
        let nobody = json!({ "Owner": {}, "Grants": [{ "Grantee": { "Type": "Group" }, "Permission": "READ" }] });
        assert_eq!(rules(&nobody)[0].message, "URI is missing");
    }
}
