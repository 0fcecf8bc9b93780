// The script has no exports: it hands the engine that merges text to `globalThis.ParleySync`.
export {};
