// What stands between blanks or commas.
export function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}
