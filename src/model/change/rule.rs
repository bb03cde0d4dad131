//! How the parts of a change are given: by text, checked before any object is looked at.

use super::TypeRule;
use crate::model::access::acl::{ALL_USERS, AUTHENTICATED_USERS, Grant, Grantee, LOG_DELIVERY};
use crate::model::attributes::{check_header, pair};
use crate::model::filter::Filter;

/// What the ACL of an object can grant (Amazon S3 User Guide, "Access control list (ACL) overview", "What permissions can I
/// grant?"); `WRITE` means nothing there.
const PERMISSIONS: [&str; 4] = ["FULL_CONTROL", "READ", "READ_ACP", "WRITE_ACP"];

/// The longest redirect, in bytes (Amazon S3 API Reference, `PutObject`, `x-amz-website-redirect-location`).
const MAX_REDIRECT_BYTES: usize = 2 * 1024;

/// Reads a media type by name: `*.html=text/html`. A name may hold equals signs, a type does not.
pub fn type_rule(text: &str) -> Result<TypeRule, String> {
    let (pattern, content_type) = text.rsplit_once('=').ok_or("write PATTERN=TYPE, as in '*.html=text/html'")?;
    if pattern.is_empty() || content_type.is_empty() {
        return Err("write PATTERN=TYPE, as in '*.html=text/html'".to_owned());
    }
    check_header(content_type)?;
    Ok(TypeRule { takes: Filter::only(pattern), content_type: content_type.to_owned() })
}

/// Checks where a website leads to instead of an object: to a place of its own or elsewhere (Amazon S3 User Guide,
/// "(Optional) Configuring a webpage redirect").
pub fn redirect(text: &str) -> Result<String, String> {
    check_header(text)?;
    if !["/", "http://", "https://"].iter().any(|start| text.starts_with(start)) {
        return Err("it begins with /, http:// or https://".to_owned());
    }
    if text.len() > MAX_REDIRECT_BYTES {
        return Err(format!("it is longer than {MAX_REDIRECT_BYTES} bytes"));
    }
    Ok(text.to_owned())
}

/// Returns the name of metadata that is to go, as Amazon keeps it.
pub fn removed_name(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains('=') {
        return Err("give its name alone".to_owned());
    }
    Ok(text.to_ascii_lowercase())
}

/// Reads a grant: `READ=everyone`, `FULL_CONTROL=id:…`.
pub fn grant(text: &str) -> Result<Grant, String> {
    let (permission, whom) = pair(text).map_err(|_| "write PERMISSION=WHOM, as in READ=everyone".to_owned())?;
    let permission = permission.to_ascii_uppercase();
    if !PERMISSIONS.contains(&permission.as_str()) {
        return Err(format!("an object grants {}", PERMISSIONS.join(", ")));
    }
    let grantee = match (whom.as_str(), whom.split_once(':')) {
        ("everyone", _) => Grantee::Group(ALL_USERS.to_owned()),
        ("any-aws-user", _) => Grantee::Group(AUTHENTICATED_USERS.to_owned()),
        ("log-delivery", _) => Grantee::Group(LOG_DELIVERY.to_owned()),
        (_, Some(("id", id))) if is_quotable(id) => Grantee::Account { id: id.to_owned(), name: None },
        (_, Some(("email", address))) if is_quotable(address) => Grantee::Email(address.to_owned()),
        _ => return Err("it is for everyone, any-aws-user, log-delivery, id:CANONICAL-ID or email:ADDRESS".to_owned()),
    };
    Ok(Grant { grantee, permission })
}

/// Returns the text that is read as this grant; nothing for what no text says.
pub fn grant_text(grant: &Grant) -> Option<String> {
    let whom = match &grant.grantee {
        Grantee::Group(address) if address == ALL_USERS => "everyone".to_owned(),
        Grantee::Group(address) if address == AUTHENTICATED_USERS => "any-aws-user".to_owned(),
        Grantee::Group(address) if address == LOG_DELIVERY => "log-delivery".to_owned(),
        Grantee::Account { id, .. } => format!("id:{id}"),
        Grantee::Email(address) => format!("email:{address}"),
        Grantee::Group(_) | Grantee::Unnamed => return None,
    };
    let text = format!("{}={whom}", grant.permission);
    self::grant(&text).is_ok().then_some(text)
}

/// Grantees are quoted in a header, which knows no way to write a quote.
fn is_quotable(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"',".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_goes_by_the_last_equals_sign() {
        let rule = type_rule("a=b*.html=text/html").unwrap();
        assert!(rule.takes.takes("a=b/x.html") && !rule.takes.takes("x.html"));
        assert_eq!(rule.content_type, "text/html");
        for wrong in ["*.html", "=text/html", "*.html=", "*=text/\u{e9}", "*=text/x\n"] {
            assert!(type_rule(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_redirect_leads_somewhere() {
        assert!(redirect("/new").is_ok() && redirect("https://example.com/").is_ok());
        assert!(redirect("new").is_err() && redirect(&format!("/{}", "x".repeat(2048))).is_err());
    }

    #[test]
    fn a_grant_names_a_right_and_one_who_gets_it() {
        assert_eq!(grant("read=everyone").unwrap().group(), Some(ALL_USERS));
        for text in
            ["READ=any-aws-user", "WRITE_ACP=log-delivery", "FULL_CONTROL=id:c1da", "READ_ACP=email:a@b.example"]
        {
            assert_eq!(grant_text(&grant(text).unwrap()).as_deref(), Some(text));
        }
        let of_nobody = Grant { grantee: Grantee::Unnamed, permission: "READ".to_owned() };
        assert_eq!(grant_text(&of_nobody), None);
        assert_eq!(grant("FULL_CONTROL=id:c1da").unwrap().header(), "id=\"c1da\"");
        assert_eq!(grant("READ_ACP=email:a@example.com").unwrap().permission, "READ_ACP");
        for wrong in ["WRITE=everyone", "READ", "READ=", "READ=nobody", "READ=id:", "READ=id:a\"b", "READ=id:a,b"] {
            assert!(grant(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_that_go_are_small_letters() {
        assert_eq!(removed_name("Owner"), Ok("owner".to_owned()));
        assert!(removed_name("").is_err() && removed_name("a=b").is_err());
    }
}
