//! Requests about a bucket, listings apart.

use crate::connection::Body;
use crate::list;
use crate::reply::{Reply, escaped};
use crate::request::Request;
use crate::store::{Bucket, Store};

/// Documents that say that nothing is set, by the parameter that asks for them.
const EMPTY: [(&str, &str); 3] = [
    ("location", "LocationConstraint"),
    ("versioning", "VersioningConfiguration"),
    ("uploads", "ListMultipartUploadsResult"),
];

/// Finds the answer to a request.
pub fn answer(store: &Store, request: &Request) -> Reply {
    if request.method == "PUT" {
        store.make_bucket(&request.bucket);
        return Reply::ok(String::new());
    }
    let Some(bucket) = store.bucket(&request.bucket) else {
        return Reply::error("404 Not Found", "NoSuchBucket");
    };
    if request.method == "HEAD" {
        return Reply::ok("x-amz-bucket-region: us-east-1\r\n".to_owned());
    }
    if let Some((_, name)) = EMPTY.iter().find(|(asked, _)| request.parameter(asked).is_some()) {
        return Reply::xml(&format!("<{name} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"></{name}>"));
    }
    if request.method == "POST" && request.parameter("delete").is_some() {
        return delete(&bucket, request);
    }
    list::answer(&bucket, request)
}

/// Deletes a batch of objects.
fn delete(bucket: &Bucket, request: &Request) -> Reply {
    let Body::Kept(bytes) = &request.body else { return Reply::error("400 Bad Request", "MalformedXML") };
    let text = String::from_utf8_lossy(bytes);
    let is_quiet = text.contains("<Quiet>true");
    let keys = text.split("<Key>").skip(1).filter_map(|rest| rest.split_once("</Key>")).map(|(key, _)| key);
    let mut objects = bucket.write();
    let mut deleted = String::new();
    for key in keys {
        let key = key.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        objects.remove(&key);
        if !is_quiet {
            deleted += &format!("<Deleted><Key>{}</Key></Deleted>", escaped(&key));
        }
    }
    Reply::xml(&format!("<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{deleted}</DeleteResult>"))
}
