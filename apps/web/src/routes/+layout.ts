// One static page; everything on it comes from the API and the gateway at run time.
export const ssr = false;
export const prerender = true;
