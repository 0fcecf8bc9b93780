// The package's declarations against the contract: they may grow, and nothing of the contract may be lost.
// This file is only compiled.
import * as Actual from 'parley-sync';
import type * as Agreed from './contract.js';

/** Every class, constant and function of the contract, with its constructor, statics and members. */
export const values: typeof Agreed = Actual;

/** Holds when a `Given` may be used wherever a `Wanted` is. */
type Fits<Wanted, Given extends Wanted> = Given;

interface Sample {
  count: number;
  name?: string;
}

/** What users pass in: whatever the contract allows is accepted. */
export type Inputs = [
  Fits<Actual.Cloneable, Agreed.Cloneable>,
  Fits<Actual.ParleyOptions, Agreed.ParleyOptions>,
  Fits<Actual.Grants, Agreed.Grants>,
  Fits<Actual.ConnectOptions, Agreed.ConnectOptions>,
  Fits<Actual.SendOptions, Agreed.SendOptions>,
  Fits<Actual.MessageHandler<Sample, number>, Agreed.MessageHandler<Sample, number>>,
  Fits<Actual.Validator<Sample>, Agreed.Validator<Sample>>,
  Fits<Actual.Link, Agreed.Link>,
  Fits<Actual.Messenger, Agreed.Messenger>,
  Fits<Actual.Conflict<Sample>, Agreed.Conflict<Sample>>,
  Fits<Actual.SyncedStateOptions<Sample>, Agreed.SyncedStateOptions<Sample>>,
  Fits<Actual.PersistOptions<Sample>, Agreed.PersistOptions<Sample>>,
  Fits<Actual.AsyncStorageLike, Agreed.AsyncStorageLike>,
  Fits<Actual.SetOptions, Agreed.SetOptions>,
  Fits<Actual.Listener<Sample>, Agreed.Listener<Sample>>,
];

/** What users are given: whatever the contract promises is there. */
export type Outputs = [
  Fits<Agreed.PeerKind, Actual.PeerKind>,
  Fits<Agreed.ConnectionState, Actual.ConnectionState>,
  Fits<Agreed.PeerInfo, Actual.PeerInfo>,
  Fits<Agreed.MessageMetadata, Actual.MessageMetadata>,
  Fits<Agreed.SystemEventMap, Actual.SystemEventMap>,
  Fits<Agreed.Change<Sample>, Actual.Change<Sample>>,
];

/** Each event has a constant, and each constant an event. */
type Constant = (typeof Actual.SYSTEM_EVENTS)[keyof typeof Actual.SYSTEM_EVENTS];
export type Events = [Fits<Constant, keyof Actual.SystemEventMap>, Fits<keyof Actual.SystemEventMap, Constant>];
