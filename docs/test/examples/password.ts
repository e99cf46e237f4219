/** The password of the users in the realm of the examples. */
export const PASSWORD = 'correct horse battery staple';
