//! How ARNs of S3 are written.
//!
//! Rules: AWS General Reference, "Amazon Resource Names".

/// The partitions of Amazon's cloud. A bucket is in one of them, and its policy names no other.
pub const PARTITIONS: [&str; 3] = ["aws", "aws-cn", "aws-us-gov"];

/// Returns the partition that is meant, by what is known: the region tells it, or else the ARN of who asks.
pub fn partition<'a>(region: Option<&str>, caller: Option<&'a str>) -> &'a str {
    match region {
        Some(region) if region.starts_with("cn-") => "aws-cn",
        Some(region) if region.starts_with("us-gov-") => "aws-us-gov",
        Some(_) => "aws",
        None => caller.and_then(|arn| arn.split(':').nth(1)).unwrap_or("aws"),
    }
}

/// Returns the ARN of a bucket, or of what is in it under a key; an access point is addressed by its ARN already.
pub fn arn(partition: &str, bucket: &str, key: &str) -> String {
    match (bucket.starts_with("arn:"), key.is_empty()) {
        (true, true) => bucket.to_owned(),
        (true, false) => format!("{bucket}/object/{key}"),
        (false, true) => format!("arn:{partition}:s3:::{bucket}"),
        (false, false) => format!("arn:{partition}:s3:::{bucket}/{key}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
    #[test]
    fn the_region_tells_the_partition_and_else_the_caller() {
        let bob = Some("arn:aws-cn:iam::111122223333:user/bob");
        let told = [(Some("us-gov-west-1"), bob), (Some("eu-west-1"), bob), (None, bob), (None, None)];
        assert_eq!(told.map(|(region, caller)| partition(region, caller)), ["aws-us-gov", "aws", "aws-cn", "aws"]);
    }

    #[test]
    fn an_access_point_is_its_arn() {
        assert_eq!(arn("aws-cn", "b", ""), "arn:aws-cn:s3:::b");
        assert_eq!(arn("aws", "b", "in/k"), "arn:aws:s3:::b/in/k");
        let point = "arn:aws:s3:eu-west-1:123456789012:accesspoint/p";
        assert_eq!((arn("aws", point, ""), arn("aws", point, "k")), (point.to_owned(), format!("{point}/object/k")));
    }
}
