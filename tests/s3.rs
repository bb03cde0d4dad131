//! The contract of the S3 end, one suite on every server that we claim.
//!
//! What a server lacks is said by name in the output; what it has is never skipped. A machine without a server says so,
//! and with `BUCKETRY_REQUIRE_SERVERS=1` fails.

#[cfg(feature = "demo")]
#[path = "support/chain.rs"]
mod chain;
#[path = "support/change.rs"]
mod change;
#[path = "support/contract.rs"]
mod contract;
#[path = "support/experiment.rs"]
mod experiment;
#[path = "support/experiments.rs"]
mod experiments;
#[cfg(feature = "demo")]
#[path = "support/faults.rs"]
mod faults;
#[path = "support/ferry.rs"]
mod ferry;
#[path = "support/given.rs"]
mod given;
#[path = "support/hostile.rs"]
mod hostile;
#[path = "support/lock.rs"]
mod lock;
#[path = "support/program.rs"]
mod program;
#[path = "support/replace.rs"]
mod replace;
#[path = "support/resume.rs"]
mod resume;
#[path = "support/scripted.rs"]
mod scripted;
#[path = "support/serve.rs"]
mod serve;
#[path = "support/servers.rs"]
mod servers;
#[path = "support/settings.rs"]
mod settings;
#[path = "support/strange_settings.rs"]
mod strange_settings;
#[path = "support/sync.rs"]
mod sync;
#[path = "support/target.rs"]
mod target;
#[path = "support/uploads.rs"]
mod uploads;
#[path = "support/works.rs"]
mod works;

/// Objects that go from one server to another.
mod between {
    use crate::ferry::there_and_back;
    use crate::servers::Which;

    #[test]
    fn demo_and_moto() {
        there_and_back(Which::Demo, Which::Moto);
    }

    #[test]
    fn ceph_and_moto() {
        there_and_back(Which::Ceph, Which::Moto);
    }
}

/// What is said of who may do what, beside what they may do.
mod verdict {
    use crate::experiment::the_verdict_is_what_happens;
    use crate::servers::Which;
    use crate::target::run;

    #[test]
    fn on_the_demo() {
        run(Which::Demo, "the verdict", the_verdict_is_what_happens);
    }

    #[test]
    fn on_ceph() {
        run(Which::Ceph, "the verdict", the_verdict_is_what_happens);
    }
}

/// Makes a test of each case on each server.
macro_rules! contract {
    ($($case:ident)*) => {
        mod demo { $(#[test] fn $case() { crate::target::run(crate::servers::Which::Demo, stringify!($case), crate::contract::$case); })* }
        mod moto { $(#[test] fn $case() { crate::target::run(crate::servers::Which::Moto, stringify!($case), crate::contract::$case); })* }
        mod ceph { $(#[test] fn $case() { crate::target::run(crate::servers::Which::Ceph, stringify!($case), crate::contract::$case); })* }
    };
}

contract! {
    buckets_are_listed_with_their_dates
    keys_are_listed_page_by_page_and_folded
    what_is_written_is_read_back_with_its_metadata_and_tags
    hostile_keys_are_written_listed_read_copied_and_deleted
    hostile_keys_are_inspected_come_down_whole_or_are_refused_and_go
    a_write_if_absent_never_replaces
    what_is_agreed_to_be_replaced_is_replaced_whatever_the_server_guards
    a_server_that_refuses_every_match_is_told_from_a_lost_race
    what_an_earlier_try_wrote_is_known_by_checksum_or_tag
    what_was_interrupted_goes_on_where_it_was_or_is_given_up
    ranges_are_read_while_the_object_is_the_same
    parts_are_joined_in_order_and_small_ones_are_refused
    an_aborted_upload_leaves_nothing
    unfinished_uploads_are_listed_and_aborted_by_the_command
    a_completed_upload_if_absent_never_replaces
    checksums_are_stored_and_come_back
    a_copy_carries_metadata_and_tags_and_guards_its_source
    a_copy_in_parts_has_the_same_bytes
    a_move_inside_the_server_keeps_bytes_metadata_and_tags
    what_is_given_is_written_by_uploads_and_copies_whichever_way_they_go
    an_encryption_that_is_given_is_asked_for
    what_is_changed_keeps_the_rest_and_its_bytes
    a_batch_is_deleted_and_says_how_each_key_ended
    deleting_in_a_versioned_bucket_adds_a_marker
    a_bucket_is_created_closed_and_removed_empty
    the_access_documents_of_a_bucket_are_read
    each_document_of_a_bucket_is_written_read_the_same_and_taken_away
    what_is_locked_is_told_and_stays_locked
    the_acl_of_an_object_is_read
    a_bucket_of_another_region_is_reached
    a_request_without_keys_reads_only_what_is_public
    each_refusal_has_its_own_kind
    nobody_listens_is_said_in_words
    a_sync_leaves_what_aws_s3_sync_leaves
    what_one_has_synced_is_the_same_to_the_other
}
