/** Requirements of the Web Profile (section 5), for hubs whose Web Profile is looked at. */
export const web = `
WEB-01 MUST H It is at port 21012 of this machine, at the path /
WEB-02 MUST H The hub goes on without it when that port is taken
WEB-03 QOI H It is at both loopback addresses, 127.0.0.1 and ::1
WEB-04 MUST H Answers are text/xml
WEB-05 MUST H Methods begin with samp.webhub, and each profile refuses those of the other
WEB-06 MUST H A page can read every answer, a fault too
WEB-07 MUST H A preflight is granted
WEB-08 QOI H A preflight for private networks is granted
WEB-09 MAY H Flash and Silverlight get their policy files
WEB-10 MUST H register returns ids, a private key, and what comes before URLs that are read through the hub
WEB-11 MUST C A page says its name when it registers
WEB-12 SHOULD H A registration without samp.name is a fault
WEB-13 MUST H Nobody is registered without the user's consent
WEB-14 SHOULD H The user is told that a name is only claimed, and what can be known
WEB-15 QOI H Where nobody can be asked, the answer is no
WEB-16 QOI H A question that is open holds up nobody else, and questions do not pile up
WEB-17 SHOULD H Only this machine is let in
WEB-18 SHOULD H A page of the origin null reads no answers, since that identifies nobody
WEB-20 MUST H ping answers
WEB-21 MUST H register takes a map
WEB-22 MUST H unregister forgets the client
WEB-23 MUST H allowReverseCallbacks makes callable
WEB-24 MUST H pullCallbacks returns a list
WEB-25 MUST H All other operations are as in the Standard Profile
WEB-26 MUST H There is no setXmlrpcCallback
WEB-30 MUST H A client can say again that it is callable, and that it is not any more
WEB-31 MUST H To pull without being callable is a fault
WEB-32 MUST H A pull waits for a callback, as long as it is told
WEB-33 MUST H A callback is a map of samp.methodName and samp.params
WEB-34 MUST H The name of its method has no prefix
WEB-35 MUST H Its arguments are those of the Standard Profile without the private key
WEB-36 QOI H Each callback goes to one pull only
WEB-37 QOI H A pull ends when its client is not callable any more, or leaves
WEB-38 QOI H What waits for a page is bounded, and a page that has vanished is removed
WEB-39 SHOULD C A page unregisters when it is closed, and keeps one pull waiting
WEB-50 MUST H A URL that a page was told of can be read through the hub
WEB-51 MUST C A page appends such a URL with its characters escaped
WEB-52 QOI H It may be appended as it is, too
WEB-53 MUST H URLs are read for registered clients only
WEB-54 SHOULD H A page reads no file that nobody has told it of
WEB-55 SHOULD H HEAD is answered as GET is, and the status tells what cannot be read
WEB-56 MAY C What a page offers is at a URL that others can read
WEB-60 SHOULD H Pages may not send whatever they like
WEB-61 QOI H A recipient may mark what pages can send it
WEB-62 QOI H What a page must not send it does not see either
WEB-63 QOI H Pages are limited towards each other as well, but for replies
WEB-64 MUST H Everything but ping and register demands a private key
WEB-65 QOI H A request under a foreign Host is refused
WEB-66 QOI H Entities of a document type are not resolved
WEB-67 QOI H Requests, connections and pages are bounded
WEB-68 MAY H The user can disconnect a page
WIRE-113 QOI H A page may ping with its private key, as sampjs does
`
