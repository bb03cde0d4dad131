//! Where credentials, region and endpoint come from, tried in a process of its own with an environment of its own.
#![expect(clippy::unwrap_used, reason = "a test helper may fail loudly")]

use std::fs;
use std::process::Command;

use bucketry::demo::{Demo, Options};
use bucketry::s3::{Settings, Store};

use crate::scripted::serve;
use crate::servers::say;
use crate::target::runtime;

/// What the child process says: the connection, and the kind of the error if there is one.
#[derive(Debug, Default)]
struct Said {
    endpoint: String,
    region: String,
    expires: String,
    list: String,
    renewed: String,
}

/// Opens a store as the environment says, in a child process, with the given profile.
fn open(demo: &Demo, config: &str, profile: Option<&str>, environment: &[(&str, &str)]) -> Said {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("config");
    let filled = config
        .replace("ENDPOINT", &demo.endpoint())
        .replace("ACCESS", demo.access_key())
        .replace("SECRET", demo.secret_key());
    fs::write(&file, filled).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "chain::child", "--nocapture"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home.path())
        .env("AWS_CONFIG_FILE", &file)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(profile.map(|profile| ("CHAIN_PROFILE", profile)))
        .envs(environment.iter().map(|(name, value)| {
            (
                *name,
                value
                    .replace("ENDPOINT", &demo.endpoint())
                    .replace("ACCESS", demo.access_key())
                    .replace("SECRET", demo.secret_key()),
            )
        }))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("chain {name}: ")));
        line.unwrap_or_else(|| unreachable!("no {name} in {text}")).to_owned()
    };
    assert!(!text.contains(demo.secret_key()), "no secret is printed");
    Said {
        endpoint: field("endpoint"),
        region: field("region"),
        expires: field("expires"),
        list: field("list"),
        renewed: field("renewed"),
    }
}

fn with_demo(body: impl FnOnce(&Demo)) {
    let demo = runtime().block_on(Demo::start(Options { sample: false, ..Options::default() })).unwrap();
    body(&demo);
}

#[test]
#[ignore = "the child process of the other tests here"]
fn child() {
    runtime().block_on(async {
        let settings = Settings { profile: std::env::var("CHAIN_PROFILE").ok(), ..Settings::default() };
        let store = Store::open(settings).await;
        let expires = match store.identify().await {
            Ok(connection) => connection.expires.map_or_else(|| "never".to_owned(), |end| end.to_string()),
            Err(error) => format!("{:?}: {error}", error.kind),
        };
        let connection = store.connection();
        say(&format!("chain endpoint: {}", connection.endpoint.unwrap_or_default()));
        let guess = if connection.region_is_default { " (a guess)" } else { "" };
        say(&format!("chain region: {}{guess}", connection.region));
        say(&format!("chain expires: {expires}"));
        match store.list_buckets(None).await {
            Ok(_) => say("chain list: ok"),
            Err(error) => say(&format!("chain list: {:?}: {error}", error.kind)),
        }
        if let Ok(text) = std::env::var("CHAIN_RENEWED") {
            fs::write(std::env::var_os("AWS_CONFIG_FILE").unwrap(), text).unwrap();
            let stale = store.list_buckets(None).await.is_ok();
            store.renew().await;
            say(&format!("chain renewed: {stale} {}", store.list_buckets(None).await.is_ok()));
        } else {
            say("chain renewed: not asked");
        }
    });
}

const PROCESS: &str = "[profile work]\nregion = us-east-1\nendpoint_url = ENDPOINT\ncredential_process = \
    echo {\"Version\":1,\"AccessKeyId\":\"ACCESS\",\"SecretAccessKey\":\"SECRET\",\"Expiration\":\"2050-01-01T00:00:00Z\"}\n";

#[test]
fn a_profile_says_endpoint_region_and_where_keys_come_from() {
    with_demo(|demo| {
        let said = open(demo, &PROCESS.replace('"', "\\\""), None, &[("AWS_PROFILE", "work")]);
        assert_eq!((said.list.as_str(), said.region.as_str()), ("ok", "us-east-1"), "{said:?}");
        assert_eq!((said.endpoint, said.expires.as_str()), (demo.endpoint(), "2050-01-01T00:00:00Z"));
    });
}

#[test]
fn a_profile_named_on_the_command_line_goes_before_keys_in_the_environment() {
    with_demo(|demo| {
        let wrong = [("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "y")];
        let said = open(demo, &PROCESS.replace('"', "\\\""), Some("work"), &wrong);
        assert_eq!(said.list, "ok");
        let said = open(demo, &PROCESS.replace('"', "\\\""), None, &[wrong[0], wrong[1], ("AWS_PROFILE", "work")]);
        assert!(said.list.starts_with("BadCredentials"), "{said:?}");
    });
}

#[test]
fn fresh_credentials_are_read_from_the_files_when_they_are_asked_for() {
    with_demo(|demo| {
        let keys = |id: &str| {
            let secret = "aws_secret_access_key = SECRET\nendpoint_url = ENDPOINT\nregion = us-east-1\n";
            format!("[default]\naws_access_key_id = {id}\n{secret}")
        };
        let said = open(demo, &keys("old"), None, &[("CHAIN_RENEWED", &keys("ACCESS"))]);
        assert!(said.list.starts_with("BadCredentials"), "{said:?}");
        assert_eq!(said.renewed, "false true");
    });
}

#[test]
fn the_environment_alone_is_enough() {
    with_demo(|demo| {
        let keys =
            [("AWS_ACCESS_KEY_ID", "ACCESS"), ("AWS_SECRET_ACCESS_KEY", "SECRET"), ("AWS_ENDPOINT_URL_S3", "ENDPOINT")];
        let said = open(demo, "", None, &keys);
        assert_eq!((said.list.as_str(), said.region.as_str()), ("ok", "us-east-1 (a guess)"), "{said:?}");
    });
}

#[test]
fn a_container_gives_its_credentials_also_to_a_profile_that_has_none() {
    with_demo(|demo| {
        let answer = format!(
            r#"{{"AccessKeyId":"{}","SecretAccessKey":"{}","Token":"","Expiration":"2099-01-01T00:00:00Z"}}"#,
            demo.access_key(),
            demo.secret_key()
        );
        let uri = serve(move |_| ("200 OK\r\ncontent-type: application/json", answer.clone()));
        let config = "[profile work]\nregion = us-east-1\nendpoint_url = ENDPOINT\n";
        for profile in [Some("work"), None] {
            let environment = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri.as_str()), ("AWS_ENDPOINT_URL", "ENDPOINT")];
            let said = open(demo, config, profile, &environment);
            assert_eq!((said.list.as_str(), said.expires.as_str()), ("ok", "2099-01-01T00:00:00Z"), "{said:?}");
        }
    });
}

#[test]
fn an_endpoint_in_the_services_section_counts() {
    with_demo(|demo| {
        let config = "[default]\nregion = us-east-1\nservices = mine\naws_access_key_id = ACCESS\n\
                      aws_secret_access_key = SECRET\n[services mine]\ns3 =\n  endpoint_url = ENDPOINT\n";
        let said = open(demo, config, None, &[]);
        assert_eq!((said.list.as_str(), said.endpoint), ("ok", demo.endpoint()));
    });
}

#[test]
fn what_is_missing_is_refused_by_name_without_asking_anybody() {
    with_demo(|demo| {
        let said = open(demo, "", None, &[]);
        assert!(said.list.starts_with("NoCredentials") && said.list.contains("neither in the environment"), "{said:?}");
        let said = open(demo, "", Some("nobody"), &[]);
        assert!(said.list.starts_with("NoCredentials") && said.list.contains("the profile nobody"), "{said:?}");
        let mfa = "[profile ops]\nrole_arn = arn:aws:iam::111122223333:role/ops\nsource_profile = base\n\
                   mfa_serial = arn:aws:iam::111122223333:mfa/me\n[profile base]\naws_access_key_id = ACCESS\n\
                   aws_secret_access_key = SECRET\n";
        let said = open(demo, mfa, Some("ops"), &[]);
        assert!(said.list.contains("the profile ops") && said.list.contains("mfa_serial"), "{said:?}");
        let said = open(demo, "", None, &[("AWS_CA_BUNDLE", "/nowhere.pem")]);
        assert!(said.list.contains("/nowhere.pem"), "{said:?}");
        assert_eq!(demo.requests().len(), 0);
    });
}
