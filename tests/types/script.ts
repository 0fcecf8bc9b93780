// The global of the classic script. This file is only compiled.
import 'parley-sync/iife';
import type { Parley } from 'parley-sync';

export const parley: Parley = ParleySync.Parley.create({ channel: 'script' });
// @ts-expect-error there is no such export
ParleySync.Parleys;
