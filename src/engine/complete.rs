//! Completes what was typed: paths, buckets, prefixes. One page is enough for a person.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::core::Core;
use crate::local::list::Listing;
use crate::model::error::Error;
use crate::model::job::{Report, Ticket};
use crate::model::location::Location;
use crate::model::name::Profile;
use crate::s3::{ListPage, profile_names};

/// How many completions are offered.
const MOST: usize = 1000;

/// Answers one wish.
pub(super) async fn complete(core: Arc<Core>, ticket: Ticket, text: String, base: PathBuf) {
    let report = match find(&core, &text, &base).await {
        Ok(mut texts) => {
            texts.sort();
            texts.dedup();
            texts.truncate(MOST);
            Report::Completed { ticket, texts }
        }
        Err(error) => Report::Failed { ticket, error },
    };
    let _ = core.send(report, &core.root).await;
}

async fn find(core: &Arc<Core>, text: &str, base: &Path) -> Result<Vec<String>, Error> {
    if let Some(scheme) = text.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("s3://")) {
        return find_on_s3(core, scheme, text.get(5..).unwrap_or_default()).await;
    }
    let (text, base) = (text.to_owned(), base.to_owned());
    core.block("complete", move || find_here(&text, &base)).await
}

async fn find_on_s3(core: &Arc<Core>, scheme: &str, rest: &str) -> Result<Vec<String>, Error> {
    let parsed = |rest: &str| Location::parse(&format!("s3://{rest}"), Path::new("/"), None);
    let profile = match parsed(rest) {
        Ok(Location::S3 { bucket, prefix }) if rest.contains('/') => {
            let _permit = core.lanes.interactive.acquire().await;
            let page = core.store_of(&bucket).await.list_page(&ListPage::folded(&bucket, &prefix)).await?;
            return Ok(page.prefixes.iter().map(|prefix| format!("{scheme}{bucket}/{prefix}")).collect());
        }
        Ok(place) if !rest.contains('/') => place.profile().cloned().unwrap_or_default(),
        _ => return Ok(Vec::new()),
    };
    let typed = |text: String| text.starts_with(rest).then(|| format!("{scheme}{text}"));
    let names = if profile == Profile::OWN { profile_names().await } else { Vec::new() };
    let mut texts: Vec<_> = names.iter().filter_map(|name| typed(format!("{name}@"))).collect();
    let _permit = core.lanes.interactive.acquire().await;
    match core.stores.of(&profile).await.list_buckets(None).await {
        Ok(page) => texts.extend(page.entries.iter().filter_map(|entry| typed(format!("{profile}{}/", entry.name)))),
        // The profiles are known all the same, and one of them may be able to.
        Err(error) if texts.is_empty() => return Err(error),
        Err(_) => {}
    }
    Ok(texts)
}

/// Completes the last part of a path, keeping what was typed before it.
fn find_here(text: &str, base: &Path) -> Result<Vec<String>, Error> {
    let home = std::env::home_dir();
    if text == "~" {
        return Ok(vec!["~/".to_owned()]);
    }
    let split = text.rfind('/').map_or(0, |at| at + 1);
    let (head, start) = (text.get(..split).unwrap_or_default(), text.get(split..).unwrap_or_default());
    let parent = if head.is_empty() { "." } else { head };
    let Ok(Location::Local(folder)) = Location::parse(parent, base, home.as_deref()) else {
        return Ok(Vec::new());
    };
    let mut texts = Vec::new();
    for entry in Listing::open(&folder)? {
        let entry = entry?;
        // A name that is not UTF-8 cannot be typed.
        if entry.os_name().to_str().is_none() || !entry.name.starts_with(start) {
            continue;
        }
        if entry.is_hidden() && !start.starts_with('.') {
            continue;
        }
        let slash = if entry.kind.is_container() { "/" } else { "" };
        texts.push(format!("{head}{}{slash}", entry.name));
        if texts.len() >= MOST {
            break;
        }
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_completed_with_what_was_typed_kept() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("docs")).unwrap();
        std::fs::write(home.path().join("download.txt"), "").unwrap();
        std::fs::write(home.path().join(".dot"), "").unwrap();
        let found = |text: &str| {
            let mut texts = find_here(text, home.path()).unwrap();
            texts.sort();
            texts
        };
        assert_eq!(found("do"), ["docs/", "download.txt"]);
        assert_eq!(found("./do"), ["./docs/", "./download.txt"]);
        assert_eq!(found(".d"), [".dot"]);
        let whole = format!("{}/doc", home.path().display());
        assert_eq!(found(&whole), [format!("{whole}s/")]);
        assert!(find_here("nowhere/x", home.path()).is_err());
    }
}
