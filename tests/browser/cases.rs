//! Which cases there are. A table of the contract runs once over each wire.

/// The tests of one table over one wire.
macro_rules! over {
    ($table:ident, $wire:ident, { $($case:ident)* }) => {
        mod $wire {
            use wasm_bindgen::JsValue;
            use wasm_bindgen_test::wasm_bindgen_test;
            $(
                #[wasm_bindgen_test]
                async fn $case() -> Result<(), JsValue> {
                    crate::page::play(stringify!($table), stringify!($case), stringify!($wire)).await
                }
            )*
        }
    };
}

/// Holds a table against the list of its cases here.
macro_rules! listed {
    ($table:ident, { $($case:ident)* }) => {
        #[wasm_bindgen_test::wasm_bindgen_test]
        async fn every_case_is_a_test() -> Result<(), wasm_bindgen::JsValue> {
            crate::page::hold_list(stringify!($table), &[$(stringify!($case)),*]).await
        }
    };
}

/// A table that holds over every wire.
macro_rules! contract {
    ($table:ident, $cases:tt) => {
        mod $table {
            listed!($table, $cases);
            over!($table, port, $cases);
            over!($table, link, $cases);
            over!($table, bytes, $cases);
            over!($table, channel, $cases);
        }
    };
}

/// A table that brings its own wires, or none.
macro_rules! once {
    ($table:ident, $cases:tt) => {
        mod $table {
            listed!($table, $cases);
            over!($table, page, $cases);
        }
    };
}

once!(assertions, {
    equality_tells_apart
    only_coded_errors_are_refusals
    every_wire_is_tried
});

contract!(connecting, {
    the_peer_is_described
    every_list_of_peers_agrees
    ids_are_random_and_distinct
    ready_settles
    disconnect_is_seen_on_both_sides
    after_disconnect_nothing_can_be_sent
    a_pending_call_ends_at_once_when_the_peer_leaves
    destroy_rejects_what_is_pending
    destroyed_objects_say_so
    a_peer_of_its_own_id_is_found_by_it
    events_tell_the_connection_once
});

contract!(answers, {
    a_value
    the_only_peer_needs_no_name
    both_ways_at_once
    a_promise
    respond_now
    respond_later
    values_that_are_false
    nothing_at_all
    only_the_first_answer_counts
    a_promise_of_nothing_leaves_the_answer_to_respond
    handlers_get_metadata
    the_sender_can_be_written_to
    a_message_that_wants_no_answer
    nobody_listens
    a_handler_that_throws
    a_handler_that_rejects
    a_handler_that_throws_nothing
    one_handler_that_throws_does_not_silence_another
    off_takes_one_handler_away
    once_gives_the_next_payload_only
    order_is_kept
});

contract!(failing, {
    no_answer_in_time
    an_answer_that_comes_late_is_nobodys
    a_timeout_of_zero_is_over_at_once
    the_registered_timeout_is_used
    aborted_before_it_began
    aborted_under_way
    a_signal_looked_at_late_is_aborted_already
    an_answered_call_no_longer_hears_its_signal
    a_stranger_is_not_found
    an_answer_that_cannot_be_cloned
});

contract!(values, {
    structured_values_arrive_as_they_are
    cycles_and_shared_parts_stay
    odd_keys_stay_plain_data
    large_and_deep_values_cross
    what_cannot_cross_is_named
    a_getter_that_throws_is_named
    buffers_are_handed_over
    ports_are_handed_over
    an_answer_can_hand_over
    nothing_is_handed_over_twice
});

contract!(schemas, {
    a_bad_payload_never_leaves
    issues_are_in_the_details
    a_bad_payload_reaches_no_handler
    a_schema_may_change_the_value
    once_gets_what_the_schema_made
    other_types_are_not_checked
    destroyed_while_a_schema_decides
    the_peer_leaves_while_a_schema_decides
    registered_retries_and_timeouts_are_checked
});

contract!(reentrant, {
    a_handler_destroys_its_own_parley
    a_handler_destroys_the_callers_parley
    a_handler_unsubscribes_itself
    a_handler_subscribes_another
    a_handler_asks_back
    a_handler_disconnects_its_caller
    a_system_listener_destroys_the_parley
    a_system_listener_that_throws_is_alone
    an_error_listener_that_throws_is_alone
    on_system_takes_its_listener_away
    connecting_in_a_connected_event
    a_getter_in_the_options_destroys_the_parley
});

once!(lossy, {
    a_lost_join_is_said_again
    a_lost_question_is_asked_again
    a_lost_answer_is_given_again_not_made_again
    retries_end
    every_frame_twice_is_handled_once
    a_broken_link_ends_its_calls_at_once
    a_new_link_under_the_same_id_is_a_reconnection
    nobody_at_the_other_end
    connect_can_be_aborted
    an_id_in_use_is_refused
    a_link_that_throws_is_an_error
    a_link_that_answers_inside_send_works
    a_frame_that_changes_later_was_copied
});

once!(broadcasting, {
    exactly_once_each
    two_ways_to_one_window_are_one_peer
    several_peers_need_a_name
    nobody_is_no_error
    an_object_cannot_be_handed_to_several
    a_message_without_a_handler_is_dropped_in_silence
    a_channel_of_another_name_is_another_mesh
    both_ends_of_one_port_are_no_peer
});

once!(wrong, {
    parley_survives_wrong_arguments
    state_survives_wrong_arguments
    constructors_survive_wrong_arguments
    arguments_of_the_wrong_type_are_refused
    unknown_options_are_named
    options_of_the_wrong_type_are_named
    errors_are_real_errors
});

once!(malformed, {
    what_is_no_frame_is_counted
    a_flood_is_told_once_a_second
    every_part_of_every_frame_may_be_wrong
    nothing_before_the_join_is_heard
    joins_of_every_wrong_kind
    another_version_is_told_at_once
    a_forged_answer_is_nobodys
    a_repeated_message_is_handled_once
    ids_that_are_no_numbers_of_messages
    codes_of_errors_are_not_the_peers_to_choose
    limits_hold
    bytes_that_are_no_frame
    a_link_may_hand_over_live_objects
    a_goodbye_that_lies_ends_only_its_own_connection
});

once!(listening, {
    mocks_get_two_arguments
    rest_parameters_get_the_change
    three_if_they_declare_three
    each_change_is_told_once_in_every_window
    one_turn_is_one_change_over_there
    a_key_has_its_own_listeners
    snapshots_are_frozen_and_the_same_until_a_change
    push_into_a_value_is_no_silent_loss
    what_was_passed_in_stays_the_callers
    a_listener_that_writes_does_so_after_the_write_that_woke_it
    a_listener_that_answers_a_remote_write
    a_listener_that_throws_is_alone
    listeners_may_come_and_go_while_being_told
    a_listener_destroys_the_state_or_the_parley
    apply_remote_update_tells_and_sends_nothing
    a_spy_on_broadcast_sees_the_update
});

once!(writing, {
    one_message_for_each_turn
    writes_that_change_nothing_are_not_sent
    minus_zero_is_another_value
    without_diff_everything_is_sent
    undefined_deletes_everywhere
    a_function_makes_the_updates
    what_cannot_cross_is_named_before_anything_is_applied
    odd_keys_are_keys_like_others
    half_a_surrogate_pair_is_no_key
    updates_that_are_none_are_refused
    structured_values_and_cycles_are_kept
    only_synced_keys_leave
    debounced_writes_are_one_message
    a_steady_stream_waits_no_longer_than_it_may
    flush_sends_what_waits
    destroying_sends_what_waits
    a_destroyed_state_says_so
    a_name_is_taken_once
});

once!(replicating, {
    a_late_joiner_is_complete_before_ready
    deleted_keys_stay_deleted
    writes_at_the_same_time_agree
    what_is_written_while_parted_arrives_later
    windows_relay_each_write_once
    states_of_two_names_keep_apart
    hand_written_updates_are_heard
    three_states_on_any_messenger_agree
    a_messenger_needs_two_methods
    a_messenger_that_fails_rejects_the_write_and_keeps_it
});

contract!(settling, {
    fields_lists_and_numbers_are_merged
    more_writes_beat_a_later_one
    a_function_settles
    candidates_until_somebody_resolves
    acknowledged_when_it_is_there
    refused_and_taken_back
    a_transaction_is_one_change
    increments_add_up_and_are_undone
    reset_is_for_all
});

contract!(storing, {
    actions_at_the_same_time_come_in_one_order
    dispatch_applies_here_at_once_and_gives_the_state
    one_turn_is_told_action_by_action
    structured_values_stay_what_they_are
    a_listener_that_dispatches_keeps_the_order
    a_reducer_that_throws_is_skipped_alike
    a_reducer_may_not_dispatch
    a_listener_that_throws_is_alone
    a_late_store_has_the_state_before_it_is_ready
    another_version_is_not_let_in
    a_remote_dispatch_is_shared_with_who_comes
    a_store_that_is_gone_says_so
    without_an_initial_state_the_reducer_makes_it
});

once!(stores, {
    every_method_survives_wrong_arguments
    what_is_no_action_changes_nothing
    every_part_of_every_frame_may_be_wrong
});
