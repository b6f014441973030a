// What each page of the administration is given.
export interface PageProps {
  granted: string[]; // the caller's permissions
}
