/** The guides, in the order in which a newcomer reads them. */
export declare const GUIDES: readonly string[];
