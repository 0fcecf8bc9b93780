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
