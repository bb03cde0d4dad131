//! Documents as the AWS command line prints them, or bare.

use super::acl::{Acl, Grant, Grantee};
use super::document::Policy;
use super::layers::{Kept, ObjectOwnership};
use super::word::PublicAccessBlock;
use crate::model::json::{Fault, Node};

/// Reads a bucket policy: the document, or `{"Policy": "<document>"}`.
pub fn policy(text: &str) -> Result<Policy, Fault> {
    let policy = Policy::of_bucket(&policy_text(text, "Policy")?)?;
    if policy.size() > Policy::LIMIT {
        let message = format!("the policy has {} bytes; S3 takes at most {}", policy.size(), Policy::LIMIT);
        return Err(Node::parse(text)?.fault(message));
    }
    Ok(policy)
}

/// Reads an IAM policy: the document, or as `aws iam get-user-policy`, `get-role-policy` and `get-policy-version` print
/// it.
pub fn identity(text: &str) -> Result<Policy, Fault> {
    let root = Node::parse(text)?;
    let version = root.field("PolicyVersion")?;
    let inner = version.map(|own| own.field("Document")).transpose()?.flatten();
    let document = inner.or(root.field("PolicyDocument")?);
    Policy::of_identity(document.map_or(text, |own| own.source()))
}

/// Reads Block Public Access, of a bucket or an account. A setting that is not named is off.
pub fn public_access_block(text: &str) -> Result<PublicAccessBlock, Fault> {
    let root = unwrapped(text, "PublicAccessBlockConfiguration")?;
    let setting = |name: &str| root.field(name)?.map_or(Ok(false), |value| value.bool());
    for (name, value) in root.fields()? {
        if !["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
            .contains(&name.as_str())
        {
            return Err(value.fault(format!("{name} is no setting of Block Public Access")));
        }
    }
    Ok(PublicAccessBlock {
        block_public_acls: setting("BlockPublicAcls")?,
        ignore_public_acls: setting("IgnorePublicAcls")?,
        block_public_policy: setting("BlockPublicPolicy")?,
        restrict_public_buckets: setting("RestrictPublicBuckets")?,
    })
}

/// Reads Object Ownership.
pub fn ownership(text: &str) -> Result<ObjectOwnership, Fault> {
    let root = unwrapped(text, "OwnershipControls")?;
    let rules = root.field("Rules")?.ok_or_else(|| root.fault("Rules is missing"))?;
    let items = rules.items()?;
    let [rule] = items.as_slice() else { return Err(rules.fault("there must be exactly one rule")) };
    let value = rule.field("ObjectOwnership")?.ok_or_else(|| rule.fault("ObjectOwnership is missing"))?;
    let name = value.text()?;
    if !["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"].contains(&name.as_str()) {
        return Err(value.fault(format!("{name} is no Object Ownership")));
    }
    Ok(ObjectOwnership(name))
}

/// Reads an ACL.
pub fn acl(text: &str) -> Result<Acl, Fault> {
    let root = unwrapped(text, "AccessControlPolicy")?;
    let owner = root.field("Owner")?.map(|owner| owner.field("ID")).transpose()?.flatten();
    let grants =
        root.field("Grants")?.or(root.field("AccessControlList")?).ok_or_else(|| root.fault("Grants is missing"))?;
    Ok(Acl {
        owner: owner.map(|id| id.text()).transpose()?,
        grants: grants.items()?.iter().map(grant).collect::<Result<_, _>>()?,
    })
}

fn grant(node: &Node<'_>) -> Result<Grant, Fault> {
    let grantee = node.field("Grantee")?.ok_or_else(|| node.fault("Grantee is missing"))?;
    let text = |name: &str| grantee.field(name)?.map(|value| value.text()).transpose();
    let grantee = match (text("ID")?, text("URI")?, text("EmailAddress")?) {
        (Some(id), ..) => Grantee::Account { id, name: text("DisplayName")?.filter(|name| !name.is_empty()) },
        (None, Some(uri), _) => Grantee::Group(uri),
        (None, None, Some(address)) => Grantee::Email(address),
        (None, None, None) => return Err(grantee.fault("a grantee has ID, URI or EmailAddress")),
    };
    let permission = node.field("Permission")?.ok_or_else(|| node.fault("Permission is missing"))?;
    let name = permission.text()?;
    if !["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"].contains(&name.as_str()) {
        return Err(permission.fault(format!("{name} is no permission of an ACL")));
    }
    Ok(Grant { grantee, permission: name })
}

/// Reads the tags of an object.
pub fn tags(text: &str) -> Result<Vec<(String, String)>, Fault> {
    let root = unwrapped(text, "Tagging")?;
    let set =
        if root.is_list() { root } else { root.field("TagSet")?.ok_or_else(|| root.fault("TagSet is missing"))? };
    let tag = |node: &Node<'_>| {
        let text = |name: &str| node.field(name)?.ok_or_else(|| node.fault(format!("{name} is missing")))?.text();
        Ok((text("Key")?, text("Value")?))
    };
    set.items()?.iter().map(tag).collect()
}

/// Reads how an object is kept from the answer to a HEAD.
pub fn kept(text: &str) -> Result<Kept, Fault> {
    let root = Node::parse(text)?;
    let text = |name: &str| root.field(name)?.map(|value| value.text()).transpose();
    Ok(Kept {
        encryption: text("ServerSideEncryption")?,
        has_customer_key: text("SSECustomerAlgorithm")?.is_some(),
        storage_class: text("StorageClass")?,
        archive_status: text("ArchiveStatus")?,
        restore: text("Restore")?,
    })
}

/// Reads whether the requester pays.
pub fn requester_pays(text: &str) -> Result<bool, Fault> {
    let root = unwrapped(text, "RequestPaymentConfiguration")?;
    let payer = root.field("Payer")?.ok_or_else(|| root.fault("Payer is missing"))?;
    match payer.text()?.as_str() {
        "Requester" => Ok(true),
        "BucketOwner" => Ok(false),
        other => Err(payer.fault(format!("the payer is Requester or BucketOwner, not {other}"))),
    }
}

/// Returns a document without the object that the command line puts around it.
fn unwrapped<'a>(text: &'a str, name: &str) -> Result<Node<'a>, Fault> {
    let root = Node::parse(text)?;
    if root.is_list() {
        return Ok(root);
    }
    Ok(root.field(name)?.unwrap_or(root))
}

/// Returns the text of a policy, which stands as a text in a field, as an object there, or bare.
fn policy_text(text: &str, name: &str) -> Result<String, Fault> {
    let root = Node::parse(text)?;
    match root.field(name)? {
        Some(inner) if inner.is_text() => inner.text(),
        Some(inner) => Ok(inner.source().to_owned()),
        None => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AWS CLI Command Reference, the output of each command.
    #[test]
    fn documents_are_read_wrapped_and_bare() {
        let bare = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}"#;
        let wrapped = serde_json::json!({ "Policy": bare }).to_string();
        assert_eq!(policy(&wrapped).unwrap().text(), bare);
        assert_eq!(policy(bare).unwrap().text(), bare);
        let block = r#"{"IgnorePublicAcls": true}"#;
        let wanted = PublicAccessBlock { ignore_public_acls: true, ..Default::default() };
        assert_eq!(public_access_block(block), Ok(wanted));
        assert_eq!(public_access_block(&format!(r#"{{"PublicAccessBlockConfiguration":{block}}}"#)), Ok(wanted));
        let rules = r#"{"Rules":[{"ObjectOwnership":"ObjectWriter"}]}"#;
        assert_eq!(ownership(rules).unwrap().0, "ObjectWriter");
        assert_eq!(ownership(&format!(r#"{{"OwnershipControls":{rules}}}"#)).unwrap().0, "ObjectWriter");
        assert_eq!(tags(r#"{"TagSet":[{"Key":"a","Value":"b"}]}"#), tags(r#"[{"Key":"a","Value":"b"}]"#));
        assert_eq!(
            (requester_pays(r#"{"Payer":"Requester"}"#), requester_pays(r#"{"Payer":"BucketOwner"}"#)),
            (Ok(true), Ok(false))
        );
    }

    #[test]
    fn an_acl_is_read_as_the_command_line_prints_it() {
        let text = r#"{"Owner":{"DisplayName":"acme","ID":"79a5"},"Grants":[
            {"Grantee":{"DisplayName":"acme","ID":"79a5","Type":"CanonicalUser"},"Permission":"FULL_CONTROL"},
            {"Grantee":{"Type":"Group","URI":"http://acs.amazonaws.com/groups/global/AllUsers"},"Permission":"READ"}]}"#;
        let acl = acl(text).unwrap();
        assert_eq!(acl.owner.as_deref(), Some("79a5"));
        assert!(acl.is_public() && acl.grants[0].label() == "acme");
    }

    #[test]
    fn an_identity_policy_is_read_in_every_form() {
        let bare = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
        for text in [
            bare.to_owned(),
            format!(r#"{{"UserName":"a","PolicyName":"p","PolicyDocument":{bare}}}"#),
            format!(r#"{{"PolicyVersion":{{"Document":{bare},"VersionId":"v1"}}}}"#),
        ] {
            assert_eq!(identity(&text).unwrap().text(), bare);
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let fault = |result: Result<(), Fault>| result.unwrap_err().to_string();
        assert!(fault(policy("").map(drop)).starts_with("line 1, column 1: this is not JSON"));
        assert!(
            fault(ownership("{\"Rules\":\n [{\"ObjectOwnership\":\"Mine\"}]}").map(drop))
                .starts_with("line 2, column 22: Mine")
        );
        assert!(fault(public_access_block(r#"{"Ignore":true}"#).map(drop)).contains("Ignore is no setting"));
        assert!(fault(acl(r#"{"Grants":[{"Grantee":{},"Permission":"READ"}]}"#).map(drop)).contains("a grantee has"));
        assert!(requester_pays("{}").is_err() && tags("{}").is_err() && kept("[]").is_err());
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html>: at most 20 KB.
    #[test]
    fn a_policy_that_s3_would_not_take_for_its_size_is_refused() {
        let text = |bytes: usize| {
            format!(
                r#"{{"Id":"{}","Statement":{{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}}}"#,
                "x".repeat(bytes)
            )
        };
        assert!(policy(&text(Policy::LIMIT)).unwrap_err().message.contains("at most 20480"));
        assert!(policy(&(text(1000) + &" ".repeat(Policy::LIMIT))).is_ok(), "spaces do not count");
    }
}
