export interface SnippetPart {
  readonly text: string;
  readonly found: boolean;
}

/** The server marks what was found with U+0002 … U+0003. */
export function snippetParts(snippet: string): readonly SnippetPart[] {
  const parts: SnippetPart[] = [];
  let found = false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the marks are control characters so that no text can hold them
  for (const piece of snippet.split(/([\u0002\u0003])/)) {
    if (piece === "\u0002") found = true;
    else if (piece === "\u0003") found = false;
    else if (piece !== "") parts.push({ text: piece, found });
  }
  return parts;
}
