//! What the verdict says, and what a server does: some sixty buckets, each asked by a stranger without keys and by a second
//! account to read, list, write and delete.
#![expect(clippy::unwrap_used, reason = "a test helper may fail loudly")]

use std::fmt;

use aws_sdk_s3::types as sdk;
use bucketry::model::access::action::Action;
use bucketry::model::access::case::{Given, Place};
use bucketry::model::access::context::Context;
use bucketry::model::access::document::Policy;
use bucketry::model::access::evidence::{Evidence, Source};
use bucketry::model::access::finding::{Answer, Finding};
use bucketry::model::access::who::{Account, Who};
use bucketry::model::error::{Error, Kind};
use bucketry::model::location::ObjectRef;
use bucketry::model::name::{BucketName, Prefix};
use bucketry::s3::{ListPage, Store, WriteOptions};
use bytes::Bytes;

use crate::experiments::{ALL, Experiment, Known};
use crate::servers::Which;
use crate::target::{Target, object};
use crate::works::Works;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Somebody whose requests are not signed.
    Stranger,
    /// Another account.
    Second,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Get,
    List,
    Put,
    Delete,
}

/// What everybody asks below, so that `s3:prefix` is in the request.
const PREFIX: &str = "data/";

/// A bucket that is set up as an experiment says.
struct Stage<'a> {
    t: &'a Target,
    bucket: BucketName,
    experiment: &'a Experiment,
    /// The store of the second account.
    second: &'a Store,
    /// That account, as the server names it.
    second_account: &'a Account,
    /// The bucket's owner, as the server names it.
    owner: Account,
}

/// The headers of an ACL.
struct Granted {
    full_control: String,
    read: Option<String>,
    write: Option<String>,
}

impl Granted {
    /// Returns what a canned ACL grants, or the owner's full control and one right of the second account's.
    fn new(acl: &str, owner: &Account, second: &Account) -> Self {
        let group = |name: &str| format!("uri=\"http://acs.amazonaws.com/groups/global/{name}\"");
        let (owner, second) = (by_id(owner), by_id(second));
        let own = Self { full_control: owner.clone(), read: None, write: None };
        match acl {
            "private" => own,
            "public-read" => Self { read: Some(group("AllUsers")), ..own },
            "public-read-write" => Self { read: Some(group("AllUsers")), write: Some(group("AllUsers")), ..own },
            "authenticated-read" => Self { read: Some(group("AuthenticatedUsers")), ..own },
            "READ" => Self { read: Some(second), ..own },
            "WRITE" => Self { write: Some(second), ..own },
            "FULL_CONTROL" => Self { full_control: format!("{owner}, {second}"), ..own },
            other => unreachable!("{other}"),
        }
    }
}

fn by_id(account: &Account) -> String {
    format!("id=\"{}\"", account.canonical.as_deref().unwrap())
}

/// A verdict that is not what happened.
struct Difference {
    experiment: &'static str,
    caller: Caller,
    wish: Wish,
    verdict: Finding,
    happened: bool,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let happened = if self.happened { "it was allowed" } else { "it was denied" };
        let (answer, because) = (self.verdict.answer.word(), &self.verdict.because);
        write!(f, "{}: {:?} {:?}: {answer} ({because}), but {happened}", self.experiment, self.caller, self.wish)
    }
}

impl Wish {
    const ALL: [Self; 4] = [Self::Get, Self::List, Self::Put, Self::Delete];

    fn action(self) -> Action {
        Action::parse(match self {
            Self::Get => "s3:GetObject",
            Self::List => "s3:ListBucket",
            Self::Put => "s3:PutObject",
            Self::Delete => "s3:DeleteObject",
        })
        .unwrap()
    }

    /// Returns the key that it is about: what is written is new, the rest is there.
    fn key(self, caller: Caller) -> String {
        let name = match caller {
            Caller::Stranger => "stranger",
            Caller::Second => "second",
        };
        if self == Self::Put { format!("{PREFIX}new-{name}") } else { format!("{PREFIX}{name}") }
    }

    async fn come_true(self, store: &Store, object: &ObjectRef) -> Result<(), Error> {
        match self {
            Self::Get => store.get(object, None, None).await.map(drop),
            Self::List => {
                let prefix = Prefix::from(PREFIX);
                store.list_page(&ListPage::flat(&object.bucket, &prefix)).await.map(drop)
            }
            Self::Put => store.put(object, Bytes::from_static(b"new"), &WriteOptions::default()).await.map(drop),
            Self::Delete => store.delete(object).await,
        }
    }
}

impl Stage<'_> {
    /// Makes the bucket with its objects and documents. What would refuse another comes last.
    async fn set(&self) {
        let (sdk, bucket) = (self.t.sdk(), self.bucket.as_str());
        let open = sdk::BucketCannedAcl::PublicReadWrite;
        sdk.put_bucket_acl().bucket(bucket).acl(open).send().await.unwrap();
        for key in [Caller::Stranger, Caller::Second].map(|caller| Wish::Get.key(caller)) {
            self.upload(&key).await;
        }
        let granted = Granted::new(self.experiment.bucket_acl, &self.owner, self.second_account);
        sdk.put_bucket_acl()
            .bucket(bucket)
            .grant_full_control(granted.full_control)
            .set_grant_read(granted.read)
            .set_grant_write(granted.write)
            .send()
            .await
            .unwrap();
        if let Some(statements) = self.experiment.statements {
            let document = self.policy(statements);
            sdk.put_bucket_policy().bucket(bucket).policy(document).send().await.unwrap();
        }
        let [block_acls, ignore_acls, block_policy, restrict] = self.experiment.block;
        let block = sdk::PublicAccessBlockConfiguration::builder()
            .block_public_acls(block_acls)
            .ignore_public_acls(ignore_acls)
            .block_public_policy(block_policy)
            .restrict_public_buckets(restrict)
            .build();
        let write = sdk.put_public_access_block().bucket(bucket).public_access_block_configuration(block);
        write.send().await.unwrap();
    }

    /// Writes an object, which its writer owns.
    async fn upload(&self, key: &str) {
        let (store, sdk, owner) = match &self.t.server.other_keys {
            Some(keys) if self.experiment.uploader_is_second => {
                (self.second, self.t.sdk_with(keys), self.second_account)
            }
            _ => (&self.t.store, self.t.sdk(), &self.owner),
        };
        let old = Bytes::from_static(b"old");
        store.put(&object(&self.bucket, key), old, &WriteOptions::default()).await.unwrap();
        let granted = Granted::new(self.experiment.object_acl, owner, self.second_account);
        // What the bucket's owner may not look at could not be judged.
        let full_control = format!("{}, {}", granted.full_control, by_id(&self.owner));
        sdk.put_object_acl()
            .bucket(self.bucket.as_str())
            .key(key)
            .grant_full_control(full_control)
            .set_grant_read(granted.read)
            .send()
            .await
            .unwrap();
    }

    fn policy(&self, statements: &str) -> String {
        let second = match &self.second_account.number {
            Some(number) => format!("arn:aws:iam::{number}:root"),
            None => format!("arn:aws:iam:::user/{}", self.second_account.canonical.as_deref().unwrap()),
        };
        let statements =
            statements.replace("BUCKET", &format!("arn:aws:s3:::{}", self.bucket)).replace("SECOND", &second);
        format!(r#"{{"Version": "{}", "Statement": [{statements}]}}"#, self.experiment.version)
    }

    /// Returns what is said of a wish, and why.
    fn verdict(&self, evidence: &Evidence, caller: Caller, wish: Wish) -> Finding {
        let mut context = Context::default();
        // The tests are on this machine, and without TLS.
        context.add("aws:SourceIp", "127.0.0.1");
        context.add("aws:SecureTransport", "false");
        if wish == Wish::List {
            context.add("s3:prefix", PREFIX);
        }
        let may_all = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
        let (who, identity) = match caller {
            Caller::Stranger => (Who::Anonymous, None),
            Caller::Second => {
                let own = Policy::of_identity(may_all).unwrap();
                (Who::Account(self.second_account.clone()), Some(own.into()))
            }
        };
        let place = Place {
            bucket: self.bucket.as_str().to_owned(),
            key: (wish != Wish::List).then(|| wish.key(caller)),
            ..Place::default()
        };
        let given = Given { context, identity, now: evidence.now, ..Given::default() };
        evidence.layers.judge(&place, &who, wish.action(), &given).finding
    }

    /// Asks for everything, and returns what is not as the verdict says.
    async fn differences(&self, works: &mut Works, stranger: &Store) -> Vec<Difference> {
        let mut differences = Vec::new();
        for (caller, store) in [(Caller::Stranger, stranger), (Caller::Second, self.second)] {
            let old = self.evidence(works, caller, Wish::Get).await;
            let new = self.evidence(works, caller, Wish::Put).await;
            for wish in Wish::ALL {
                let verdict = self.verdict(if wish == Wish::Put { &new } else { &old }, caller, wish);
                let happened = match wish.come_true(store, &object(&self.bucket, &wish.key(caller))).await {
                    Ok(()) => true,
                    Err(error) => {
                        assert_eq!(error.kind, Kind::Denied, "{}: {caller:?} {wish:?}: {error}", self.experiment.name);
                        false
                    }
                };
                if verdict.answer != (if happened { Answer::Yes } else { Answer::No }) {
                    let experiment = self.experiment.name;
                    differences.push(Difference { experiment, caller, wish, verdict, happened });
                }
            }
        }
        differences
    }

    /// Reads what there is to know of the object that a wish is about.
    async fn evidence(&self, works: &mut Works, caller: Caller, wish: Wish) -> Box<Evidence> {
        let object = Some(object(&self.bucket, &wish.key(caller)));
        let (bucket, owner) = (self.bucket.clone(), Some(self.owner.clone()));
        works.gather(Source::Server { bucket, prefix: Prefix::root(), object, owner }).await
    }
}

/// What is known of the server has to be so, and nothing else may be.
pub async fn the_verdict_is_what_happens(t: Target) {
    let Some(other_keys) = t.server.other_keys.clone() else { return t.skip("it has no second account") };
    let (second, stranger) = (t.store_with(Some(other_keys)).await, t.store_with(None).await);
    let second_account = account_of(&t, &second).await;
    let owner = account_of(&t, &t.store).await;
    let mut works = Works::on(&t);
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for experiment in ALL {
        let bucket = t.bucket().await;
        let stage =
            Stage { t: &t, bucket, experiment, second: &second, second_account: &second_account, owner: owner.clone() };
        stage.set().await;
        let differences = stage.differences(&mut works, &stranger).await;
        asked += 8;
        let known: &[Known] = if t.server.which == Which::Ceph { experiment.on_ceph } else { &[] };
        let found: Vec<_> = differences.iter().map(|found| (found.caller, found.wish)).collect();
        for (caller, wish) in known.iter().filter(|known| !found.contains(known)) {
            wrong.push(format!("{}: {caller:?} {wish:?}: it is as it was said", experiment.name));
        }
        let news = differences.iter().filter(|found| !known.contains(&(found.caller, found.wish)));
        wrong.extend(news.map(ToString::to_string));
    }
    assert!(wrong.is_empty(), "{} of {asked} on {}:\n{}", wrong.len(), t.server.which.name(), wrong.join("\n"));
}

/// Returns the account whose keys a store has: the owner of a bucket that it makes.
async fn account_of(t: &Target, store: &Store) -> Account {
    let bucket = Target::unused_name();
    store.create_bucket(&bucket, "us-east-1").await.unwrap();
    let id = store.bucket_acl(&bucket).await.unwrap().owner.unwrap();
    store.delete_bucket(&bucket).await.unwrap();
    let account = Account::canonical(id);
    // The demo's accounts have numbers too, as Amazon's have.
    match store.identify().await.ok().and_then(|connection| connection.account) {
        Some(number) if t.server.which == Which::Demo => Account { number: Some(number), ..account },
        _ => account,
    }
}
