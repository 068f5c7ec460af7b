/** The tags of whatever a job makes: see `jobTags`. */
export const tagNames = {
  job: "faast:job",
  cache: "faast:cache",
  created: "faast:created",
  expires: "faast:expires",
} as const;
