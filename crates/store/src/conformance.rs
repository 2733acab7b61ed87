//! What every [`Database`] promises, one clause per function.
//!
//! A backend's whole test file is a line or two:
//!
//! ```ignore
//! store::conformance_tests!(MemoryStore::default());
//! store::durable_conformance_tests!(reopenable());
//! ```
//!
//! [`agree`] is the third judge: it gives two stores the same random life and compares all that
//! can be read from them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "test support, linked only into tests"
)]

mod cancelling;
mod commits;
mod copies;
mod differential;
mod durable;
mod feeding;
mod leases;
mod ledger;
mod lists;
mod records;
mod rows;
mod support;

pub use self::{
    cancelling::*, commits::*, copies::*, differential::agree, durable::*, feeding::*, leases::*,
    ledger::*, lists::*, records::*, rows::*,
};
#[cfg(doc)]
use crate::Database;

/// Declares one `#[test]` per clause. `$open` is evaluated afresh for each.
#[macro_export]
macro_rules! conformance_tests {
    ($open:expr) => {
        $crate::conformance_tests! { @clauses $open;
            loading_answers_each_question_in_order,
            a_dossier_nobody_wrote_is_at_version_zero,
            a_commit_raises_the_version_by_one,
            a_stale_writer_is_refused_and_writes_nothing,
            a_writer_from_the_future_is_refused_and_writes_nothing,
            a_conflict_leaves_the_rest_of_its_batch_standing,
            commits_of_one_dossier_may_follow_each_other_in_a_batch,
            of_many_concurrent_writers_exactly_one_wins,
            an_answered_command_is_found_again,
            a_command_is_answered_only_once,
            history_is_read_in_pages_oldest_first,
            an_empty_batch_changes_nothing,
            whatever_is_written_comes_back_unchanged,
            a_later_change_to_a_row_wins,
            dropped_rows_are_gone,
            dropping_what_is_not_there_is_fine,
            due_timers_come_earliest_first_and_no_more_than_asked_for,
            due_effects_come_earliest_first_and_no_more_than_asked_for,
            an_attempt_is_counted_and_puts_the_effect_off,
            attempts_at_dropped_effects_are_passed_over,
            an_effect_put_again_has_no_attempts,
            tasks_are_listed_by_role_most_urgent_first,
            tasks_of_all_roles_are_listed_together,
            walking_the_pages_of_tasks_meets_every_row_once,
            cases_are_listed_by_openness_and_status,
            walking_the_pages_of_cases_meets_every_row_once,
            a_case_is_found_by_its_number,
            dossiers_are_found_by_a_term_in_order_of_key,
            dossiers_are_walked_bucket_by_bucket,
            shops_never_see_each_other,
            entries_come_in_order_of_posting_and_position,
            an_entry_written_twice_fails_and_the_first_stands,
            totals_are_the_sums_of_what_was_written,
            spending_adds_up_by_shop_person_and_day,
            the_first_body_of_a_document_stands,
            documents_of_a_kind_are_listed_by_name,
            the_first_process_leases_every_bucket,
            processes_share_evenly_as_they_come,
            a_process_that_is_not_heard_of_loses_its_buckets,
            a_process_that_leaves_gives_up_everything,
            only_an_owner_gives_a_bucket_up,
            of_many_processes_each_bucket_has_one_owner,
            what_was_decided_under_an_earlier_owner_is_not_written,
            attempts_by_an_earlier_owner_are_not_made,
            what_is_due_is_listed_by_bucket,
            a_restored_dossier_is_as_it_was_dumped,
            versions_are_read_without_the_rest,
            walking_the_words_meets_each_once,
            walking_what_was_given_meets_each_once,
            a_record_comes_back_as_it_was_put,
            a_record_is_written_at_the_version_it_is_expected_at,
            a_dropped_record_is_gone_and_starts_over,
            records_are_written_all_or_none,
            changes_of_one_record_follow_each_other,
            marks_are_replaced_with_the_record,
            records_are_listed_by_rank_and_id_both_ways,
            a_page_of_records_goes_on_from_a_place,
            records_are_listed_within_bounds_of_rank,
            records_of_a_mark_are_listed_alone,
            records_of_shops_and_kinds_never_meet,
            records_are_counted_no_further_than_asked,
            what_cannot_be_a_record_fails_and_nothing_is_written,
            of_many_who_write_a_record_at_one_version_exactly_one_does,
            records_that_many_make_and_drop_keep_their_marks,
            walking_all_records_meets_each_once,
            restored_records_are_as_they_were_read,
            seals_are_kept_as_they_were_given,
            a_waiting_effect_is_cancelled,
            an_effect_under_way_is_not_cancelled_and_nothing_is_written,
            an_effect_that_is_gone_is_not_cancelled_and_nothing_is_written,
            a_commit_may_cancel_what_one_before_it_in_the_batch_has_put,
            what_is_cancelled_may_be_put_again,
            of_an_attempt_and_a_cancellation_exactly_one_is_first,
            commits_are_fed_in_order,
            the_feed_is_read_in_pages,
            what_is_not_written_is_not_fed,
            what_is_restored_is_not_fed,
            old_commits_are_forgotten_but_the_last,
            a_reader_behind_many_writers_meets_every_commit_once,
        }
    };
    (@clauses $open:expr; $($clause:ident,)*) => {$(
        #[test]
        fn $clause() {
            $crate::conformance::$clause(&$open);
        }
    )*};
}

/// Declares one `#[test]` per clause that only a lasting backend can keep. `$place` is evaluated
/// afresh for each, and is a closure that opens the same place whenever it is called.
#[macro_export]
macro_rules! durable_conformance_tests {
    ($place:expr) => {
        $crate::durable_conformance_tests! { @clauses $place;
            everything_survives_closing_and_reopening,
            attempts_survive_closing_and_reopening,
            places_go_on_after_reopening,
            two_openings_of_a_place_share_it_and_conflict_by_version,
            records_survive_closing_and_reopening,
            two_openings_of_a_place_conflict_over_a_record,
        }
    };
    (@clauses $place:expr; $($clause:ident,)*) => {$(
        #[test]
        fn $clause() {
            let place = $place;
            $crate::conformance::$clause(&|| Box::new(place()));
        }
    )*};
}
