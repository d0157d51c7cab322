/** Requirements: messages, responses and their delivery (sections 3.8 to 3.10). */
export const delivery = `
MSG-01 MUST C A message has an MType, which is a string; the hub refuses others
MSG-02 MUST C A message has params, a map
MSG-03 SHOULD H A message without params is accepted; params that are no map are refused
MSG-04 MUST H All other keys of a message pass unchanged
MSG-05 MAY C Messages may have keys that their users have agreed on
MSG-06 MUST CC Parameters have names, not an order
RSP-01 MUST CC A response has a status
RSP-02 MUST CC A response of samp.ok or samp.warning has a result
RSP-03 MUST CC A response of samp.warning or samp.error has an error
RSP-04 MUST CC An error has a text
RSP-05 MAY CC An error may have a text for users, one for developers, and a code
RSP-06 MUST H A response passes unchanged, with all its keys
RSP-07 SHOULD H A reply that is ill-formed is a fault to the replier
RSP-08 SHOULD C Receivers cope with ill-formed responses
RSP-09 MUST CC Each call gets one reply
RSP-10 SHOULD CC The reply comes when the work is done
RSP-11 MUST NOT CC A notification gets no reply
RSP-12 SHOULD CC A call that came by wildcard only is answered too
RSP-13 MAY CC Progress may be told meanwhile
DLV-01 MUST H The response comes with the sender's own tag, whatever it is, and the responder's id
DLV-02 MUST H The recipient sees a msg-id of the hub's, by which the hub finds the call again
DLV-03 MUST H call and callAll return the msg-ids that the recipients get
DLV-04 MUST H notifyAll and callAll return the recipients, which may be none
DLV-05 MUST H A message to an unknown, uncallable or unsubscribed client, or an ill-formed one, is a fault
DLV-06 MUST H Each msg-id is a legal string of its own
DLV-07 SHOULD H Sending does not wait until the recipient has processed the message
DLV-08 QOI H Deliveries start in order, and none waits for a recipient that takes long
DLV-09 MUST H A recipient that cannot be reached does not fail a broadcast
DLV-10 MUST H callAndWait returns the response itself
DLV-11 MUST H The timeout of callAndWait is a string of seconds; 0 and less are no limit
DLV-12 SHOULD H callAndWait is a fault when the time is up
DLV-13 SHOULD H A timeout that is no int is a fault
DLV-14 SHOULD H A late or second reply to callAndWait is a fault to the replier
DLV-15 SHOULD H A second reply to a call is a fault, and not passed on
DLV-16 SHOULD H A reply of a client that was not called is a fault
DLV-17 MUST H A reply to an unknown msg-id, or to a sender that has gone, is a fault
DLV-18 MUST H callAndWait works for a sender that is not callable
DLV-19 MUST H A client may send to itself, but gets no broadcast of its own
DLV-20 SHOULD C The sender of callAll copes with many responses, some before it returns
DLV-21 SHOULD C Responses of unknown tags are ignored
DLV-22 QOI H A reply that comes at once is not missed by callAndWait
DLV-23 QOI H callAndWait ends when the client that it waits for leaves
`
