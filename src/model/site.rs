//! A static website: its address, its document, and the headers that its files are served with.

use serde_json::{Map, Value, json};

use super::filter::Filter;
use super::location::url_path;
use super::name::Prefix;

/// A file whose name holds a digest of its bytes never changes: a new one has a new name.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// What has one name for ever is asked for again, so that a visitor sees what was published.
const ASK_AGAIN: &str = "public, max-age=0, must-revalidate";
/// All else may be an hour old.
const AN_HOUR: &str = "public, max-age=3600";

/// The pages for what is not there, by the names that builders give them.
pub const ERROR_PAGES: [&str; 2] = ["404.html", "error.html"];

/// The regions whose website endpoints have a dash before the region, where later ones have a dot (AWS General Reference,
/// "Amazon Simple Storage Service endpoints and quotas", "Amazon S3 website endpoints").
const DASHED: [&str; 9] = [
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "us-gov-west-1",
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-west-1",
    "sa-east-1",
];

/// Returns the filter that leaves out what begins with a dot, and all below: what is there for its owner (`.env`, `.git/`)
/// is seldom meant for visitors. `.well-known/` is (RFC 8615), and only at the top.
pub fn without_hidden() -> Filter {
    let mut filter = Filter::default();
    for pattern in [".*", "*/.*"] {
        filter.push(false, pattern);
    }
    filter.push(true, ".well-known/*");
    for pattern in [".well-known/.*", ".well-known/*/.*"] {
        filter.push(false, pattern);
    }
    filter
}

/// Returns the address of a key, or of a prefix, in its bucket's website at Amazon. It speaks plain HTTP alone.
pub fn address(bucket: &str, region: &str, key: &str) -> String {
    let end = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    let joint = if DASHED.contains(&region) { '-' } else { '.' };
    format!("http://{bucket}.s3-website{joint}{region}.{end}/{}", url_path(key))
}

/// Returns `Cache-Control` for a file of a website.
pub fn cache_control(key: &str) -> &'static str {
    let name = key.rsplit('/').next().unwrap_or(key);
    let end = name.rsplit_once('.').map_or("", |(_, end)| end).to_ascii_lowercase();
    // A service worker, and a manifest that lists the others, must never be stale.
    let is_entry = matches!(end.as_str(), "html" | "htm" | "xhtml" | "webmanifest")
        || ["sw.js", "service-worker.js", "manifest.json", "asset-manifest.json", "robots.txt"].contains(&name);
    if is_entry || !name.contains('.') {
        ASK_AGAIN
    } else if has_digest(name) {
        FOR_EVER
    } else {
        AN_HOUR
    }
}

/// Returns whether a name holds what bundlers put there: `app.3f2a9c1b.js`, `index-BX3kQ9aZ.css`.
fn has_digest(name: &str) -> bool {
    name.split(['.', '-']).skip(1).any(|part| {
        let has = |is: fn(char) -> bool| part.chars().any(is);
        let has_figure = has(|c| c.is_ascii_digit());
        let is_hex = part.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
        let is_mixed = part.len() == 8 && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let has_both_cases = has(|c| c.is_ascii_lowercase()) && has(|c| c.is_ascii_uppercase());
        // A date is figures alone.
        let has_letter = has(|c| c.is_ascii_alphabetic());
        (8..=64).contains(&part.len()) && has_figure && has_letter && (is_hex || is_mixed && has_both_cases)
    })
}

/// Returns a content type as a browser must know it: a text is in UTF-8.
pub fn content_type(guess: &str) -> String {
    let is_text = guess.starts_with("text/") || guess == "application/javascript";
    if is_text && !guess.contains("charset") { format!("{guess}; charset=utf-8") } else { guess.to_owned() }
}

/// Returns the website document with an index and an error page, over the one that stands. Its error page stays if there is
/// no other, and redirects of single keys do; where all requests are redirected nothing else can stand.
pub fn document(standing: Option<&Value>, index: &str, error: Option<&str>) -> Result<Value, String> {
    let mut site = standing.and_then(Value::as_object).cloned().unwrap_or_else(Map::new);
    if site.contains_key("RedirectAllRequestsTo") {
        return Err("the bucket redirects all requests elsewhere; `settings s3://BUCKET website` shows it".to_owned());
    }
    site.insert("IndexDocument".to_owned(), json!({ "Suffix": index }));
    if let Some(key) = error {
        site.insert("ErrorDocument".to_owned(), json!({ "Key": key }));
    }
    Ok(Value::Object(site))
}

/// Returns in words which pages of a website document become others. They count for the whole bucket, wherever in it a
/// website is. Without an index page there is no website, but an error page where none was is news to the rest.
pub fn replaced(before: Option<&Value>, after: &Value, prefix: &Prefix) -> Vec<String> {
    const ERROR: &str = "error";
    let page = |pointer: &str, word: &str| {
        let at = |document: &Value| document.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let (was, becomes) = (before.and_then(at), at(after)?);
        match was {
            Some(was) if was != becomes => {
                Some(format!("the {word} page of the whole bucket was {was} and becomes {becomes}"))
            }
            None if word == ERROR && !prefix.is_root() => {
                Some(format!("the {word} page of the whole bucket becomes {becomes}"))
            }
            _ => None,
        }
    };
    [page("/IndexDocument/Suffix", "index"), page("/ErrorDocument/Key", ERROR)].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// <https://docs.aws.amazon.com/general/latest/gr/s3.html#s3_website_region_endpoints>
    /// RFC 8615.
    #[test]
    fn what_begins_with_a_dot_is_left_out_but_for_what_visitors_are_to_find() {
        let filter = without_hidden();
        let taken = ["index.html", "a/b.c", ".well-known/security.txt", ".well-known/a/b", "a./b."];
        assert_eq!(taken.into_iter().find(|name| !filter.takes(name)), None);
        let hidden = [".env", ".git/config", "a/.env", "a/.git/x/y", "a/.well-known/x", ".well-known/.env"];
        assert_eq!(hidden.into_iter().find(|name| filter.takes(name)), None);
        assert!(!filter.takes(".well-known/a/.git/x") && !filter.takes(".well-known.bak"));
    }

    #[test]
    fn the_endpoint_has_a_dash_or_a_dot_as_its_region_has_it() {
        for (region, wanted) in [
            ("us-east-1", "http://b.s3-website-us-east-1.amazonaws.com/"),
            ("eu-west-1", "http://b.s3-website-eu-west-1.amazonaws.com/"),
            ("eu-central-1", "http://b.s3-website.eu-central-1.amazonaws.com/"),
            ("us-gov-east-1", "http://b.s3-website.us-gov-east-1.amazonaws.com/"),
            ("cn-north-1", "http://b.s3-website.cn-north-1.amazonaws.com.cn/"),
        ] {
            assert_eq!(address("b", region, ""), wanted);
        }
        assert!(address("b", "us-east-1", "a b/ä.html").ends_with("/a%20b/%C3%A4.html"));
    }

    #[test]
    fn only_a_name_that_holds_a_digest_is_kept_for_ever() {
        for key in ["assets/app.3f2a9c1b.js", "index-BX3kQ9aZ.css", "main.0123456789abcdef.chunk.js"] {
            assert_eq!(cache_control(key), FOR_EVER, "{key}");
        }
        for key in ["index.html", "a/INDEX.HTM", "sw.js", "page", "app.3f2a9c1b.html", "site.webmanifest"] {
            assert_eq!(cache_control(key), ASK_AGAIN, "{key}");
        }
        for key in [
            "logo.png",
            "report-20240101.pdf",
            "photo-holiday2024.jpg",
            "3f2a9c1b.js",
            "jquery-3.7.1.js",
            "a-facade12.x/y.png",
        ] {
            assert_eq!(cache_control(key), AN_HOUR, "{key}");
        }
    }

    #[test]
    fn texts_are_in_utf_8() {
        assert_eq!(content_type("text/html"), "text/html; charset=utf-8");
        assert_eq!(
            (content_type("image/png"), content_type("text/x; charset=y")),
            ("image/png".into(), "text/x; charset=y".into())
        );
    }

    #[test]
    fn the_document_keeps_what_else_stands_there() {
        let rules = json!([{ "Redirect": { "ReplaceKeyWith": "x" } }]);
        let standing =
            json!({ "IndexDocument": { "Suffix": "old" }, "ErrorDocument": { "Key": "e" }, "RoutingRules": rules });
        let site = document(Some(&standing), "index.html", None).unwrap();
        let wanted = json!({
            "IndexDocument": { "Suffix": "index.html" }, "ErrorDocument": { "Key": "e" }, "RoutingRules": rules
        });
        assert_eq!(site, wanted);
        assert_eq!(
            replaced(Some(&standing), &site, &Prefix::root()),
            ["the index page of the whole bucket was old and becomes index.html"]
        );
        let both = document(Some(&standing), "old", Some("docs/e")).unwrap();
        assert_eq!(
            replaced(Some(&standing), &both, &Prefix::root()),
            ["the error page of the whole bucket was e and becomes docs/e"]
        );
        let site = document(None, "index.html", Some("404.html")).unwrap();
        assert_eq!(site["ErrorDocument"]["Key"], "404.html");
        assert!(document(Some(&json!({ "RedirectAllRequestsTo": { "HostName": "h" } })), "i", None).is_err());
    }
}
