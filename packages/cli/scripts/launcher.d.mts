/** Two lines, each with its line feed, to stand before the JavaScript of a CommonJS file. */
export const LAUNCHER: string;
