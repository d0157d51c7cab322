/** Requirements of the Web Profile (section 5), a line each; `samp conformance` looks at the Standard Profile alone. */
export const web = `
WEB-01 MUST H The endpoint is http://localhost:21012/, and there is no lockfile for it
WEB-02 MUST H Where the port is taken there is no Web Profile; the other profile still may be there
WEB-03 QOI H It listens on 127.0.0.1 and ::1
WEB-04 MUST H Types and faults are those of the Standard Profile, and answers are text/xml
WEB-05 MUST H Methods begin with samp.webhub., and those of one profile are unknown to the other
WEB-06 MUST H CORS: pages may read every answer, faults and refusals too
WEB-07 MUST H CORS: a preflight is answered with what may be sent
WEB-08 QOI H A preflight for the private network is answered
WEB-09 MAY H Policy files for Flash and Silverlight, each to be switched
WEB-10 MUST H register returns ids, a private key and a URL translator
WEB-11 MUST C register is given a map with samp.name
WEB-12 SHOULD H register without samp.name is a fault
WEB-13 MUST H The user consents before register returns
WEB-14 SHOULD H The user is told that a name is only claimed, and where the page comes from
WEB-15 QOI H Without a way to ask nobody is let in, unless a rule says so
WEB-16 QOI H Questions hold nobody up, and are not stacked
WEB-17 SHOULD H Only this machine may connect
WEB-18 SHOULD H Requests without an Origin need consent too; the origin null has none
WEB-20 MUST H ping takes no argument
WEB-21 MUST H register takes a map, and returns one
WEB-22 MUST H unregister takes a key
WEB-23 MUST H allowReverseCallbacks takes a key and a SAMP boolean
WEB-24 MUST H pullCallbacks takes a key and a number of seconds, and returns a list
WEB-25 MUST H The other operations are those of the Standard Profile
WEB-26 MUST H There is no setXmlrpcCallback
WEB-30 MUST H allowReverseCallbacks makes callable, or not any more, as often as one likes
WEB-31 MUST H pullCallbacks is a fault before
WEB-32 MUST H pullCallbacks is a long poll, and gives each callback once
WEB-33 MUST H A callback is a map of method name and parameters
WEB-34 MUST H The method name has no prefix
WEB-35 MUST H The parameters have no private key
WEB-36 QOI H Several pulls, and pulls whose connection goes, lose and double nothing
WEB-37 QOI H A pull ends when its client leaves, and with the hub
WEB-38 QOI H What waits is bounded, and who has stopped pulling is removed
WEB-39 SHOULD C A page unregisters when it is closed, and keeps a pull waiting
WEB-50 MUST H The translator gives the content of a foreign URL
WEB-51 MUST C The foreign URL is percent-encoded
WEB-52 QOI H One that is not is understood
WEB-53 MUST H The translator works for registered clients only, by a token that is not the key
WEB-54 SHOULD H Only what a trusted client has mentioned to a page is opened to it
WEB-55 SHOULD H Refusals have their status, and content type and length are forwarded
WEB-56 MAY C What a page offers is at a URL that others can get
WEB-60 SHOULD H Web clients send and receive what is harmless
WEB-61 QOI H A recipient's annotation overrides that
WEB-62 QOI H What is forbidden is not seen
WEB-63 QOI H The same holds between web clients; responses are not limited
WEB-64 MUST H All but ping and register need a private key
WEB-65 QOI H The Host is looked at, against DNS rebinding
WEB-66 QOI H No DTDs and external entities
WEB-67 QOI H Sizes, connections and numbers of web clients are bounded
WEB-68 MAY H The user can disconnect a web client
`
