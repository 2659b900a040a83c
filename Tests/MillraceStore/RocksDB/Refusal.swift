import MillraceStore
import Testing

/// The kinds of ``StoreError``, without their words.
enum Refusal: Equatable {
    case locked, newerFormat, notADataDirectory, settingFixed, damaged, notPermitted, diskFull, invalidOption, failed

    init(_ error: StoreError) {
        self =
            switch error {
            case .locked: .locked
            case .newerFormat: .newerFormat
            case .notADataDirectory: .notADataDirectory
            case .settingFixed: .settingFixed
            case .damaged: .damaged
            case .notPermitted: .notPermitted
            case .diskFull: .diskFull
            case .invalidOption: .invalidOption
            case .failed: .failed
            }
    }
}

/// Expects that `body` throws that kind of error, and returns it.
@discardableResult
func expect(
    _ refusal: Refusal, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> StoreError? {
    let error = #expect(throws: StoreError.self, sourceLocation: sourceLocation) { try body() }
    guard let error else { return nil }
    #expect(Refusal(error) == refusal, "\(error)", sourceLocation: sourceLocation)
    return error
}
