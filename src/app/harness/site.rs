//! A website that is published, as the engine tells of it.

use std::sync::Arc;

use serde_json::json;

use crate::model::access::exposure::{self, Choice, Obstacle, Remedy, Step};
use crate::model::access::finding::Layer;
use crate::model::compare::{ComparedPage, Comparison, Count, Difference, Facts, Hand, Mark};
use crate::model::document::DocumentKind;
use crate::model::identity::Identity;
use crate::model::publication::{Plan, Wish};
use crate::model::sync::SyncPlan;

/// A plan for a wish: three files that go up, two objects that only the bucket has, a site with other pages that stands
/// there, and Block Public Access in the way.
pub fn plan(wish: Wish) -> Plan {
    let identity = Identity { device: 1, inode: 1, size: 1, modified: (0, 0), changed: None };
    let file =
        |size| Facts { size, modified: None, mark: Mark::File { identity: Box::new(identity), is_behind_link: false } };
    let object = |size| Facts { size, modified: None, mark: Mark::Object(Some("\"e\"".into())) };
    let places = wish.places();
    let left = |name: &str, size| Difference::of_one(Hand::Left, name.into(), file(size), &places.right);
    let right = |name: &str, size| Difference::of_one(Hand::Right, name.into(), object(size), &places.left);
    let differences = vec![
        left("404.html", 900),
        left("assets/app.3f2a9c1b.js", 48_000),
        right("backups/db.sql", 5_000_000),
        left("index.html", 2_000),
        right("old\u{1b}.html", 700),
    ];
    let same = Count { items: 12, bytes: 340_000 };
    let mut comparison = Comparison::new(wish.places());
    comparison.take(ComparedPage { differences, same, left_out: 2, is_last: true, ..ComparedPage::default() });
    let files = SyncPlan::new(Arc::new(comparison), wish.choice());
    let before = json!({ "IndexDocument": { "Suffix": "home.htm" } });
    let after = json!({ "IndexDocument": { "Suffix": wish.index }, "ErrorDocument": { "Key": "404.html" } });
    let shut = json!({ "BlockPublicAcls": true, "BlockPublicPolicy": true });
    let opened = json!({ "BlockPublicAcls": true, "BlockPublicPolicy": false });
    let statement = json!({ "Sid": "PublicRead", "Effect": "Allow", "Principal": "*" });
    let policy = json!({ "Version": "2012-10-17", "Statement": [statement] });
    let step = |kind, before, after| Step::Document { kind, before, after: Some(after) };
    let access = exposure::Plan {
        is_reached: false,
        obstacles: vec![Obstacle {
            layer: Layer::BucketBlock,
            words: "the bucket's Block Public Access has BlockPublicPolicy on".to_owned(),
            remedy: Remedy::Lifted,
        }],
        choices: vec![Choice {
            name: "policy",
            title: "a statement PublicRead in the bucket policy lets everyone read".to_owned(),
            steps: vec![
                step(DocumentKind::PublicAccessBlock, Some(shut), opened),
                step(DocumentKind::Policy, None, policy),
            ],
            besides: Vec::new(),
        }],
        notes: vec!["an object that is encrypted by KMS stays closed all the same".to_owned()],
    };
    let url = format!("http://{}.s3-website-eu-west-1.amazonaws.com/", wish.bucket);
    Plan::new(wish, files, (Some(before), after), access, url)
}

/// The same where nothing makes it public from here.
pub fn impossible(wish: Wish) -> Plan {
    let plan = plan(wish);
    let obstacles = plan.access.obstacles.into_iter().map(|own| Obstacle { remedy: Remedy::None, ..own }).collect();
    let access = exposure::Plan { choices: Vec::new(), obstacles, ..plan.access };
    let pages = (None, json!({ "IndexDocument": { "Suffix": "index.html" } }));
    Plan::new(plan.publication.wish, plan.publication.files, pages, access, plan.publication.url)
}

/// The same where all is public and nothing is to be done.
pub fn nothing_to_do(wish: Wish) -> Plan {
    let plan = plan(wish);
    let wish = plan.publication.wish;
    let mut comparison = Comparison::new(wish.places());
    comparison.take(ComparedPage { is_last: true, ..ComparedPage::default() });
    let files = SyncPlan::new(Arc::new(comparison), wish.choice());
    let pages = json!({ "IndexDocument": { "Suffix": wish.index } });
    let access = exposure::Plan { is_reached: true, ..exposure::Plan::default() };
    Plan::new(wish, files, (Some(pages.clone()), pages), access, plan.publication.url)
}
