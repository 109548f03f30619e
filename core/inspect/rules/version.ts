/**
 * Which rules an inspection stands for, kept in an artifact's record. To be raised by one with every change of what the rules refuse or
 * say, or of the facts that go into the record: artifacts that others inspected are inspected again when they are next needed.
 */
export const rulesVersion = 1;
