//! `history`.

use bucketry::demo::{Fault, Rule};

use crate::stage::{Said, Stage, wait};

fn stage() -> Stage {
    let t = Stage::new();
    t.write("a/=sum.csv", "1,2");
    t.write("a/b, c.txt", "x");
    t.done(&["cp", "a/=sum.csv", "s3://stage/in/"]);
    t.done(&["cp", "a/b, c.txt", "s3://stage/in/"]);
    t.done(&["cp", "s3://stage/in/=sum.csv", "down"]);
    t
}

#[test]
fn it_tells_what_was_copied_the_newest_first_without_server_and_credentials() {
    let t = stage();
    let mut command = t.command(&["history", "--json"]);
    for name in ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"] {
        command.env_remove(name);
    }
    let said = crate::stage::Said::from(command.output().unwrap());
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let rows = said.json();
    let names: Vec<_> = rows.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["down", "b, c.txt", "=sum.csv"]);
    let (down, up) = (&rows[0], &rows[2]);
    assert_eq!((&down["uri"], &up["uri"]), (&up["target"], &"s3://stage/in/=sum.csv".into()));
    assert_eq!(up["url"], format!("{}/stage/in/%3Dsum.csv", t.demo.endpoint()));
    assert_eq!((&up["bytes"], &up["outcome"], &up["detail"]), (&3.into(), &"done".into(), &"CRC64NVME".into()));
    assert!(up["ended"].as_str().unwrap().ends_with('Z'));
    assert_eq!(up["caller"], format!("access key {}", t.demo.access_key()), "nobody there tells the ARN");
}

#[test]
fn a_filter_and_a_limit_leave_less() {
    let t = stage();
    let lines = |args: &[&str]| t.done(args).lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&["history"]).len(), 3);
    let found = lines(&["history", "SUM", "--limit", "1"]);
    assert!(found.len() == 1 && found[0].contains("s3://stage/in/=sum.csv -> ") && found[0].contains("done, "));
    assert!(lines(&["history", "nothing of that name"]).is_empty());
    assert!(lines(&["history", "--limit", "0"]).is_empty());
}

#[test]
fn as_csv_no_cell_is_a_formula_and_commas_are_quoted() {
    let t = stage();
    let printed = t.done(&["history", "--csv", "s3://stage/in/"]);
    let lines: Vec<_> = printed.split_terminator("\r\n").collect();
    assert!(lines.len() == 4 && lines[0].starts_with("ended,name,bytes,source,target,uri,url,"), "{printed}");
    assert!(lines[2].contains(",\"b, c.txt\",1,") && lines[3].contains(",'=sum.csv,3,"), "{printed}");
    assert_eq!(t.run(&["history", "--csv", "--json"]).code, 2);
}

#[test]
fn where_nothing_was_copied_there_is_none() {
    let said = Stage::new().run(&["history"]);
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (0, "", ""));
}

#[test]
fn an_interrupted_job_whose_server_is_gone_is_listed_and_forgotten_by_its_number() {
    let t = Stage::new();
    t.write("f", vec![7; 20 << 20]);
    t.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart"));
    let mut running = t.command(&["cp", "f", "s3://stage/in/", "--resume"]).spawn().unwrap();
    wait("an upload", || t.demo.count("UploadPart") > 0);
    assert_eq!(t.done(&["history", "--unfinished"]), "", "it runs");
    running.kill().unwrap();
    Said::of(running);
    // Nobody listens there.
    let elsewhere = |args: &[&str]| {
        let mut command = t.command(args);
        Said::from(command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9").output().unwrap())
    };
    let rows = elsewhere(&["history", "--unfinished", "--json"]).json();
    assert_eq!(
        (rows.len(), &rows[0]["work"], &rows[0]["to"]),
        (1, &"Copy".into(), &"s3://stage/in/".into()),
        "{rows:?}"
    );
    assert_eq!((&rows[0]["uploads"][0], &rows[0]["endpoint"]), (&"s3://stage/in/f".into(), &t.demo.endpoint().into()));
    let number = rows[0]["number"].to_string();
    let listed = elsewhere(&["history", "--unfinished"]).out;
    assert!(listed.contains(&format!(" {number}  ")) && listed.contains(", 1 upload)"), "{listed}");
    assert_eq!(elsewhere(&["history", "--forget", &number, "--read-only"]).code, 2);
    assert_eq!(elsewhere(&["history", "--forget", "999"]).code, 2);
    let said = elsewhere(&["history", "--forget", &number]);
    assert!(
        said.code == 0 && said.err.contains("an unfinished upload is left, with its parts: s3://stage/in/f"),
        "{said:?}"
    );
    assert_eq!(elsewhere(&["history", "--unfinished"]).out, "");
}
