/** What peers send and need, beyond the standard: all QOI, by the numbers of the notes on interoperability. */
export const wire = `
WIRE-01 QOI H Answers tell their exact length, and are not chunked
WIRE-09 QOI H Answers are text/xml
WIRE-10 QOI H Answers have one value, also where there is no result
WIRE-20 QOI H Requests of HTTP/1.0 without Host are taken
WIRE-21 QOI H Header lines may end with a bare line feed, as DS9 writes them
WIRE-23 QOI H Blank lines after the body are ignored
WIRE-24 QOI H XML may lack its declaration, and begin with a byte order mark or blank lines
WIRE-26 QOI H Blanks and line ends between elements mean nothing
WIRE-27 QOI H Empty elements may be written in all ways, and params be left out
WIRE-29 QOI H Numbers and the like from sloppy clients become strings
WIRE-30 QOI H Whatever value of whatever type a callback returns is ignored
WIRE-31 QOI H Blanks in a string without a type are kept
WIRE-32 QOI H Character references, CDATA and comments are understood
WIRE-34 QOI H A callback that is answered by an HTTP error, or not, harms nobody
WIRE-38 QOI H Request lines with an absolute URL are taken
WIRE-39 QOI H Chunked requests are taken
WIRE-154 QOI H Document types are refused
WIRE-157 QOI H GET and HEAD get a page for people
`
