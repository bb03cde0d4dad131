//! What objects get beside their bytes: the options of all commands that write them.

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::session::Stop;
use crate::model::attributes::{self, Attributes, CannedAcl, Encryption, Given};
use crate::model::entry::StorageClass;

/// What is given to what is written to S3.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What is written to S3")]
pub struct Written {
    /// The storage class, such as STANDARD_IA [default: the source's, or the bucket's]
    #[arg(long, value_name = "CLASS", value_parser = storage_class)]
    pub storage_class: Option<StorageClass>,
    /// The media type [default: the source's, or by the ending of the key]
    #[arg(long, value_name = "TYPE", value_parser = header)]
    content_type: Option<String>,
    /// How long caches may keep it, such as max-age=3600
    #[arg(long, value_name = "TEXT", value_parser = header)]
    cache_control: Option<String>,
    /// How browsers show it, such as 'attachment; filename="report.csv"'
    #[arg(long, value_name = "TEXT", value_parser = header)]
    content_disposition: Option<String>,
    /// How its bytes are encoded, such as gzip
    #[arg(long, value_name = "TEXT", value_parser = header)]
    content_encoding: Option<String>,
    /// One entry of user metadata; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = attributes::metadata_pair)]
    metadata: Vec<(String, String)>,
    /// One tag; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = attributes::tag_pair)]
    tag: Vec<(String, String)>,
    /// Who else may use it: private, public-read, bucket-owner-full-control, ...; where the bucket allows ACLs
    #[arg(long, value_name = "NAME")]
    acl: Option<CannedAcl>,
    /// How it is encrypted at rest [default: as the bucket has it]
    #[arg(long, value_name = "ALGORITHM", value_parser = PossibleValuesParser::new(Encryption::ALGORITHMS))]
    sse: Option<String>,
    /// The KMS key that encrypts it [default: Amazon's for S3]
    #[arg(long, value_name = "KEY", value_parser = header, requires = "sse")]
    sse_kms_key_id: Option<String>,
}

/// Reads the value of a header.
pub fn header(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    attributes::check_header(text).map(|()| text.to_owned())
}

/// Reads a storage class by Amazon's name, in any case.
pub fn storage_class(text: &str) -> Result<StorageClass, String> {
    match StorageClass::from_name(&text.to_uppercase()) {
        StorageClass::Other => {
            let names: Vec<_> = StorageClass::ALL.iter().map(|class| class.name()).collect();
            Err(format!("there are {}", names.join(", ")))
        }
        class => Ok(class),
    }
}

impl Written {
    /// Returns what is given to what is written to S3, or to files: that is nothing, because what was asked for would
    /// silently be dropped.
    pub fn given_for(&self, is_s3: bool) -> Result<Given, Stop> {
        let given = self.given()?;
        if is_s3 || given == Given::default() && self.storage_class.is_none() {
            return Ok(given);
        }
        Err(Stop::Use(
            "metadata, tags, ACL, encryption and storage class are given to what is written to S3".to_owned(),
        ))
    }

    /// Returns what is given, if Amazon's rules allow all of it together.
    pub fn given(&self) -> Result<Given, Stop> {
        if self.sse_kms_key_id.is_some() && self.sse.as_deref() == Some("AES256") {
            return Err(Stop::Use("--sse-kms-key-id goes with --sse aws:kms or aws:kms:dsse".to_owned()));
        }
        let encryption = self.sse.clone().map(|algorithm| Encryption {
            algorithm,
            key: self.sse_kms_key_id.clone(),
            has_bucket_key: false,
        });
        Ok(Given {
            attributes: Attributes {
                content_type: self.content_type.clone(),
                cache_control: self.cache_control.clone(),
                content_disposition: self.content_disposition.clone(),
                content_encoding: self.content_encoding.clone(),
                user: attributes::metadata(self.metadata.clone()).map_err(Stop::Use)?,
                ..Attributes::default()
            },
            tags: attributes::tags(self.tag.clone()).map_err(Stop::Use)?,
            acl: self.acl,
            encryption,
            is_site: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storage_class_is_known_by_amazons_name_in_any_case() {
        assert_eq!(storage_class("standard_ia"), Ok(StorageClass::StandardIa));
        assert!(storage_class("COLD").unwrap_err().contains("GLACIER_IR"));
    }
}
