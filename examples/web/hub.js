// Where the hub is, if it is not where pages look for it; `samp web-demo --web-port` puts another file here.
export const hub = {}
