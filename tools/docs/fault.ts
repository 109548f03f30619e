/** A thing that goes wrong, and what must come of it. */
export interface Fault {
  /** Its number for ever: the titles of its tests begin with it. */
  readonly number: number;
  readonly fault: string;
  readonly expected: string;
  /** Why no test of ours can prove it; without one a fault needs a test. */
  readonly notApplicable?: string;
}

/** Faults of one part of the program. */
export interface FaultGroup {
  readonly title: string;
  readonly faults: readonly Fault[];
}
