/** Milliseconds: long enough for the checks of one preview, which come one after the other, and too short for a person to edit and look again. */
const memoryMilliseconds = 500;

let isOn = false;
const remembered = new Map<string, { readonly answer: unknown; readonly until: number }>();

/**
 * Lets {@link briefly} remember, in this process. For the dynamic provider, which is asked about each image by itself: images share elements, and a
 * second look at 2,000 files costs 10 ms and more, whatever is compared. An edit right after a look is missed by nobody: the build compares the copied
 * elements with the fingerprint, and refuses.
 */
export function rememberBriefly(): void {
  isOn = true;
}

/** What `look` answers, or has answered a moment ago; what it throws is not remembered. The question is what it looks at. */
export function briefly<Answer>(question: string, look: () => Answer): Answer {
  if (!isOn) return look();
  const known = remembered.get(question);
  if (known !== undefined && performance.now() < known.until) return known.answer as Answer;
  const answer = look();
  remembered.set(question, { answer, until: performance.now() + memoryMilliseconds });
  return answer;
}
