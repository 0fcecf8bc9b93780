// The names of the system events, one for each key of SystemEventMap.
export const SYSTEM_EVENTS = Object.freeze({
  CONNECTED: 'system:connected',
  RECONNECTED: 'system:reconnected',
  SUSPENDED: 'system:suspended',
  DISCONNECTED: 'system:disconnected',
  CONNECTION_LOST: 'system:connection_lost',
  CONNECTION_STATE_CHANGED: 'system:connection_state_changed',
  PARTITIONED: 'system:partitioned',
  REJECTED: 'system:rejected',
  ERROR: 'system:error',
});
