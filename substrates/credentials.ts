/** How to log in to a server. Never written to a file, a result or a message. */
export interface Credentials {
  username?: string;
  password: string;
}
